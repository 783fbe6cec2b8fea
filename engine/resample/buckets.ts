import {
  flushResample,
  RESAMPLE_STATE_SIZE,
  type ResampleGrid,
  type ResampleOutput,
  resample,
} from '../../kernels/index.js';
import {
  DERIVATION_COLUMNS,
  KLINE_COLUMNS,
  type PartitionKey,
  type TimeRange,
  type Warehouse,
  type WriteSession,
} from '../../warehouse/index.js';
import { collect } from '../collect.js';
import { durationOf, gridOffset, INTERVALS } from '../interval.js';
import { klineArrays } from '../kline-arrays.js';
import { ahead } from '../read-ahead.js';
import type { Made, Row } from './reconcile.js';

/** Source bars that are read at a time. */
const CHUNK_ROWS = 16_384;
const KLINE_INDEX = new Map(KLINE_COLUMNS.map(({ name }, i) => [name, i]));
export const CLOSE_TIME = KLINE_INDEX.get('close_time')!;

/** Bars of a coarser interval in time order: columns in the order of `KLINE_COLUMNS`, of which the first `rows` count. */
export interface DerivedBars {
  readonly columns: readonly Float64Array[];
  /** How many source bars each was made of that are whole themselves. */
  readonly bars: Float64Array;
  readonly rows: number;
}

/** A partition that is read for another one. */
export interface BucketSource {
  readonly warehouse: Warehouse;
  readonly key: PartitionKey;
  /** The interval to derive. */
  readonly target: string;
  /** Where its marks are read: the session that writes sees its own. */
  readonly marks: Pick<WriteSession, 'scanDerivations'>;
  /** Sees the source's bars as they are read. */
  readonly onSource: (klines: readonly Float64Array[], rows: number) => void;
}

/** The coarser grid of an interval. */
export function gridOf(interval: string): ResampleGrid {
  const durationMs = durationOf(interval);
  return { durationMs, offsetMs: gridOffset(durationMs) };
}

/**
 * Derives the bars of `range` (open times of whole buckets), complete or not, as the source is read. The arrays are used
 * again for the next piece. Bars that were themselves made of incomplete buckets are in the values and not in `bars`:
 * they do not make a bucket complete.
 */
export async function* deriveBars(source: BucketSource, range: TimeRange): AsyncGenerator<DerivedBars> {
  const grid = gridOf(source.target);
  const state = new Float64Array(RESAMPLE_STATE_SIZE);
  // Every source bar may end a bucket, and the end of the range ends one more.
  const columns = KLINE_COLUMNS.map(() => new Float64Array(CHUNK_ROWS + 1));
  const output: ResampleOutput = { ...named(columns), bars: new Float64Array(CHUNK_ROWS + 1) };
  const partial = await provisionalTimes(source.marks, source.key, range);
  let next = 0;
  const finish = (rows: number): DerivedBars => {
    for (let row = 0; row < rows; row++) {
      const closeTime = columns[CLOSE_TIME]![row]!;
      while (next < partial.length && partial[next]! <= closeTime) {
        output.bars[row]!--;
        next++;
      }
    }
    return { columns, bars: output.bars, rows };
  };
  // A bar opens and closes within its bucket, so a range of open times is the same range of close times. On a connection
  // of its own: the next chunk is read while this one is taken care of.
  const scan = source.warehouse.scanKlines(source.key, range, { batchRows: CHUNK_ROWS });
  for await (const batch of ahead(scan, 1)) {
    const klines = klineArrays(batch);
    const rows = batch.numRows;
    source.onSource(klines, rows);
    yield finish(resample(named(klines), 0, rows, grid, state, output, 0));
  }
  yield finish(flushResample(grid, state, output, 0));
}

/** Close times of the bars of `range` that were made of incomplete buckets, ascending. */
export async function provisionalTimes(
  marks: Pick<WriteSession, 'scanDerivations'>,
  key: PartitionKey,
  range: TimeRange,
): Promise<Float64Array> {
  const durationMs = durationOf(key.interval);
  const made = await readMarks(marks, key, range);
  return Float64Array.from(
    [...made].filter(([, mark]) => mark.bars * mark.durationMs < durationMs).map(([time]) => time),
  );
}

/** Bars that stand in a range of close times, and what the derived ones among them were made of. */
export interface StandingBars {
  at(closeTime: number): { readonly row: Row; readonly made: Made | null } | null;
}

/** Reads a small range of a partition. */
export async function readStanding(
  reader: Pick<WriteSession, 'scanKlines' | 'scanDerivations'>,
  key: PartitionKey,
  range: TimeRange,
): Promise<StandingBars> {
  const klines = await collect(reader.scanKlines(key, range));
  const columns = KLINE_COLUMNS.map(({ name }) => klines.column(name));
  const made = await readMarks(reader, key, range);
  const rows = new Map<number, number>();
  columns[CLOSE_TIME]!.forEach((time, row) => {
    rows.set(time, row);
  });
  return {
    at(closeTime) {
      const row = rows.get(closeTime);
      return row === undefined ? null : { row: { columns, row }, made: made.get(closeTime) ?? null };
    },
  };
}

/** What the derived bars of a range were made of, by close time, in time order. */
async function readMarks(
  reader: Pick<WriteSession, 'scanDerivations'>,
  key: PartitionKey,
  range: TimeRange,
): Promise<Map<number, Made>> {
  const marks = await collect(reader.scanDerivations(key, range));
  const [times, sources, counts] = DERIVATION_COLUMNS.map(({ name }) => marks.column(name));
  const made = new Map<number, Made>();
  times!.forEach((time, i) => {
    made.set(time, { durationMs: INTERVALS[sources![i]! - 1]!.durationMs, bars: counts![i]! });
  });
  return made;
}

/** Kline columns under the names of the kernel: views, no copy. */
function named(columns: readonly Float64Array[]): Omit<ResampleOutput, 'bars'> {
  const of = (name: string): Float64Array => columns[KLINE_INDEX.get(name)!]!;
  return {
    openTime: of('open_time'),
    open: of('open'),
    high: of('high'),
    low: of('low'),
    close: of('close'),
    volume: of('volume'),
    closeTime: of('close_time'),
    quoteVolume: of('quote_volume'),
    tradeCount: of('trade_count'),
    takerBuyBase: of('taker_buy_base'),
    takerBuyQuote: of('taker_buy_quote'),
  };
}
