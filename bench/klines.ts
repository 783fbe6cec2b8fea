/** Klines of one partition: columns in the order of the warehouse's `KLINE_COLUMNS`, unknown = NaN. */
export interface Klines {
  readonly symbol: string;
  readonly interval: string;
  readonly rows: number;
  readonly columns: readonly Float64Array[];
}

/** A partition that benchmarks run on, and how long its walk is where the real klines are absent. */
export interface Series {
  readonly symbol: string;
  readonly interval: string;
  readonly durationMs: number;
  readonly rows: number;
}
