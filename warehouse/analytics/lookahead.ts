import type { TierDocument } from '../strategy.js';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A lookahead as milliseconds plus bars, one of them 0: the query knows how long a bar is. */
export function lookaheadParts({ lookahead }: TierDocument): { readonly ms: number; readonly bars: number } {
  const [, size, unit] = /^\s*(\d+)\s*(\w+)\s*$/.exec(lookahead) ?? [];
  if (unit === 'BAR') return { ms: 0, bars: Number(size) };
  const unitMs = UNIT_MS[unit ?? ''];
  // The document was checked when it was imported.
  if (unitMs === undefined)
    throw new Error(`report: lookahead '${lookahead}' is not Nm, Nh, Nd, Nw or N BAR`);
  return { ms: Number(size) * unitMs, bars: 0 };
}
