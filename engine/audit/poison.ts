import { KLINE_INPUTS } from '../../kernels/index.js';

/** Bars of nothing behind the last real one: more than one, so that a wider look ahead meets them too. */
const POISON_ROWS = 64;

/**
 * The first `rows` bars and a poisoned future: times go on, every price and volume is NaN. Whatever reads past a bar
 * finds no number there.
 *
 * @param klines the columns of `KLINE_INPUTS`
 */
export function poisoned(
  klines: readonly Float64Array[],
  rows: number,
  durationMs: number,
): { readonly klines: Float64Array[]; readonly rows: number } {
  const columns = klines.map((column, c) => {
    const own = new Float64Array(rows + POISON_ROWS).fill(Number.NaN);
    own.set(column.subarray(0, rows));
    const isTime = /TIME$/.test(KLINE_INPUTS[c]!);
    if (isTime) for (let r = rows; r < own.length; r++) own[r] = own[r - 1]! + durationMs;
    return own;
  });
  return { klines: columns, rows: rows + POISON_ROWS };
}
