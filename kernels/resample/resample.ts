/** Rises when any bit of a derived bar may change; derived bars of another version are stale. */
export const RESAMPLE_VERSION = 1;

/** Klines that a resampling reads: columns of equal length in time order, on the source's grid, unknown is NaN (SPEC 2). */
export interface ResampleInput {
  readonly openTime: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly quoteVolume: Float64Array;
  readonly tradeCount: Float64Array;
  readonly takerBuyBase: Float64Array;
  readonly takerBuyQuote: Float64Array;
}

/** Klines that a resampling writes, and of how many source bars each was made. */
export interface ResampleOutput extends ResampleInput {
  readonly closeTime: Float64Array;
  readonly bars: Float64Array;
}

/** The coarser grid: open times are those with `(openTime - offsetMs) % durationMs === 0`. */
export interface ResampleGrid {
  readonly durationMs: number;
  readonly offsetMs: number;
}

// The state is the bucket under way.
const BARS = 0;
const TRADED = 1;
const OPEN_TIME = 2;
const OPEN = 3;
const HIGH = 4;
const LOW = 5;
const CLOSE = 6;
const VOLUME = 7;
const QUOTE_VOLUME = 8;
const TRADE_COUNT = 9;
const TAKER_BUY_BASE = 10;
const TAKER_BUY_QUOTE = 11;

/** Accumulators carried from chunk to chunk; all 0 at the start. */
export const RESAMPLE_STATE_SIZE = 12;

/**
 * Adds rows `[start, end)` of `input` to the buckets of the coarser grid (SPEC 2, resample). A bucket is written when a bar
 * of a later one comes; the last one stays in `state` until `flushResample`. Any cutting into chunks gives the same bits.
 *
 * @param state `RESAMPLE_STATE_SIZE` numbers, changed
 * @param output room for at least `end - start` rows from `at` on
 * @param at first row of `output` to write
 * @returns the row of `output` after the last one written
 */
export function resample(
  input: ResampleInput,
  start: number,
  end: number,
  grid: ResampleGrid,
  state: Float64Array,
  output: ResampleOutput,
  at: number,
): number {
  const { durationMs, offsetMs } = grid;
  let row = at;
  for (let i = start; i < end; i++) {
    const time = input.openTime[i]!;
    const bucket = Math.floor((time - offsetMs) / durationMs) * durationMs + offsetMs;
    if (state[BARS] === 0 || state[OPEN_TIME] !== bucket) {
      row = flushResample(grid, state, output, row);
      begin(input, i, bucket, state);
    } else add(input, i, state);
  }
  return row;
}

/** Writes the bucket under way, if there is one, and empties `state`. @returns the row of `output` after it */
export function flushResample(
  grid: ResampleGrid,
  state: Float64Array,
  output: ResampleOutput,
  at: number,
): number {
  if (state[BARS] === 0) return at;
  output.openTime[at] = state[OPEN_TIME]!;
  output.closeTime[at] = state[OPEN_TIME]! + grid.durationMs - 1;
  output.open[at] = state[OPEN]!;
  output.high[at] = state[HIGH]!;
  output.low[at] = state[LOW]!;
  output.close[at] = state[CLOSE]!;
  output.volume[at] = state[VOLUME]!;
  output.quoteVolume[at] = state[QUOTE_VOLUME]!;
  output.tradeCount[at] = state[TRADE_COUNT]!;
  output.takerBuyBase[at] = state[TAKER_BUY_BASE]!;
  output.takerBuyQuote[at] = state[TAKER_BUY_QUOTE]!;
  output.bars[at] = state[BARS]!;
  state.fill(0);
  return at + 1;
}

function begin(input: ResampleInput, i: number, bucket: number, state: Float64Array): void {
  state[BARS] = 1;
  state[TRADED] = input.volume[i]! > 0 ? 1 : 0;
  state[OPEN_TIME] = bucket;
  state[OPEN] = input.open[i]!;
  state[HIGH] = input.high[i]!;
  state[LOW] = input.low[i]!;
  state[CLOSE] = input.close[i]!;
  // The first value itself, not 0 plus it: -0 stays -0.
  state[VOLUME] = input.volume[i]!;
  state[QUOTE_VOLUME] = input.quoteVolume[i]!;
  state[TRADE_COUNT] = input.tradeCount[i]!;
  state[TAKER_BUY_BASE] = input.takerBuyBase[i]!;
  state[TAKER_BUY_QUOTE] = input.takerBuyQuote[i]!;
}

function add(input: ResampleInput, i: number, state: Float64Array): void {
  state[BARS]!++;
  const hasTraded = input.volume[i]! > 0;
  if (hasTraded && state[TRADED] === 0) {
    // Bars before the first trade repeat an old price: they count only where none traded.
    state[TRADED] = 1;
    state[OPEN] = input.open[i]!;
    state[HIGH] = input.high[i]!;
    state[LOW] = input.low[i]!;
  } else if (hasTraded || state[TRADED] === 0) {
    const high = input.high[i]!;
    const low = input.low[i]!;
    if (high > state[HIGH]!) state[HIGH] = high;
    if (low < state[LOW]!) state[LOW] = low;
  }
  state[CLOSE] = input.close[i]!;
  // An unknown part (NaN) makes the sum unknown by itself.
  state[VOLUME]! += input.volume[i]!;
  state[QUOTE_VOLUME]! += input.quoteVolume[i]!;
  state[TRADE_COUNT]! += input.tradeCount[i]!;
  state[TAKER_BUY_BASE]! += input.takerBuyBase[i]!;
  state[TAKER_BUY_QUOTE]! += input.takerBuyQuote[i]!;
}
