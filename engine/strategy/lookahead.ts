/** A parsed lookahead: of time, or of bars of whatever interval the strategy runs on. */
export type Lookahead =
  | { readonly kind: 'duration'; readonly ms: number }
  | { readonly kind: 'bars'; readonly bars: number };

export const LOOKAHEAD_FORMS = 'Nm, Nh, Nd, Nw or N BAR, N a whole number from 1 to 1000000';

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const MOST = 1_000_000;

/** The lookahead that `text` says (SPEC 10), or null. */
export function parseLookahead(text: string): Lookahead | null {
  const match = /^([1-9]\d{0,6})(?:([mhdw])| BAR)$/.exec(text);
  if (match === null) return null;
  const count = Number(match[1]);
  if (count > MOST) return null;
  const unit = match[2] as keyof typeof UNIT_MS | undefined;
  return unit === undefined ? { kind: 'bars', bars: count } : { kind: 'duration', ms: count * UNIT_MS[unit] };
}

/** Length in ms on an interval of `durationMs`: `N BAR` is N times its duration. @throws Error when `text` is none */
export function lookaheadMs(text: string, durationMs: number): number {
  const lookahead = parseLookahead(text);
  if (lookahead === null) throw new Error(`strategy: lookahead '${text}' is not ${LOOKAHEAD_FORMS}`);
  return lookahead.kind === 'duration' ? lookahead.ms : lookahead.bars * durationMs;
}
