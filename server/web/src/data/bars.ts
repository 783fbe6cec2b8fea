/** Klines as columns, in time order; times are epoch ms. */
export interface Bars {
  readonly openTime: Float64Array;
  readonly closeTime: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** Row with this close time; -1: none. */
export function rowAt(bars: Bars, closeTime: number): number {
  const row = rowFrom(bars, closeTime);
  return bars.closeTime[row] === closeTime ? row : -1;
}

/** First row that closes at or after `time`; the number of rows when there is none. */
export function rowFrom({ closeTime }: Bars, time: number): number {
  let low = 0;
  let high = closeTime.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (closeTime[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
