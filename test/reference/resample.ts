/** One kline as a plain row; NaN: unknown. */
export interface PlainBar {
  readonly openTime: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly quoteVolume: number;
  readonly tradeCount: number;
  readonly takerBuyBase: number;
  readonly takerBuyQuote: number;
}

const SUMS = ['volume', 'quoteVolume', 'tradeCount', 'takerBuyBase', 'takerBuyQuote'] as const;

/** SPEC 2's sentence about resample, word by word over one bucket's bars. */
export function naiveBucket(bars: readonly PlainBar[]): Omit<PlainBar, 'openTime'> {
  const traded = bars.filter((bar) => bar.volume > 0);
  const counted = traded.length > 0 ? traded : bars;
  const sum = (name: (typeof SUMS)[number]): number =>
    bars.map((bar) => bar[name]).reduce((total, value) => total + value);
  return {
    open: counted[0]!.open,
    high: Math.max(...counted.map((bar) => bar.high)),
    low: Math.min(...counted.map((bar) => bar.low)),
    close: bars.at(-1)!.close,
    volume: sum('volume'),
    quoteVolume: sum('quoteVolume'),
    tradeCount: sum('tradeCount'),
    takerBuyBase: sum('takerBuyBase'),
    takerBuyQuote: sum('takerBuyQuote'),
  };
}

/** Bars by the open time of their bucket, UTC; weeks begin on Monday. */
export function naiveBuckets(bars: readonly PlainBar[], interval: string): Map<number, PlainBar[]> {
  const buckets = new Map<number, PlainBar[]>();
  for (const bar of bars) {
    const key = bucketOf(bar.openTime, interval);
    buckets.set(key, [...(buckets.get(key) ?? []), bar]);
  }
  return buckets;
}

/** By the calendar, not by arithmetic on milliseconds. */
function bucketOf(openTime: number, interval: string): number {
  const at = new Date(openTime);
  const count = Number.parseInt(interval, 10);
  at.setUTCSeconds(0, 0);
  if (interval.endsWith('m')) at.setUTCMinutes(at.getUTCMinutes() - (at.getUTCMinutes() % count));
  else at.setUTCMinutes(0);
  if (interval.endsWith('h')) at.setUTCHours(at.getUTCHours() - (at.getUTCHours() % count));
  if (interval === '1d' || interval === '1w') at.setUTCHours(0);
  if (interval === '1w') at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at.getTime();
}
