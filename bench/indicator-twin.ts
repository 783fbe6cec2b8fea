import { TWINS, type TwinInput } from '../test/reference/indicators.js';
import { allowedDifference } from '../test/reference/tolerance.js';
import type { Klines } from './klines.js';

/** Klines as the naive twins take them: plain arrays, made outside every clock. */
export function twinInput({ columns }: Klines): TwinInput {
  const [openTime, open, high, low, close, volume, closeTime, , , takerBuyBase] = columns.map((column) => [
    ...column,
  ]) as number[][];
  return { openTime, open, high, low, close, volume, closeTime, takerBuyBase } as Record<
    keyof TwinInput,
    number[]
  >;
}

/** Compares a code from the first bar on with its naive twin. @throws Error that names the first row beyond SPEC 3's tolerance */
export function checkCode(code: string, ours: Float64Array, bars: TwinInput): void {
  for (const [t, twin] of TWINS[code]!(bars).entries()) {
    const isEqual =
      Object.is(ours[t], twin) ||
      Math.abs(ours[t]! - twin) <= allowedDifference(code, ours[t]!, twin, bars.close[t]!);
    if (!isEqual) throw new Error(`bench: ${code} row ${t}: ours ${ours[t]}, the naive twin ${twin}`);
  }
}
