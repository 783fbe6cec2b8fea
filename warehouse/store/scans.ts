import type { RecordBatch } from 'apache-arrow';
import type { ColumnArray } from '../columns.js';
import { DERIVATION_COLUMNS, KLINE_COLUMNS, PREDICTION_COLUMNS, RESULT_COLUMNS } from '../schema/batches.js';
import type { PartitionKey, ScanOptions, TimeRange } from '../warehouse.js';
import type { Directory } from './directory.js';
import {
  derivationSource,
  indicatorScan,
  indicatorSource,
  klineSource,
  predictionSource,
  resultSource,
} from './facts.js';
import { arraysOf, type Piece, piecesOf, SLICE_ROWS, scanSlices, sliceRowsFor, toBatches } from './scan.js';
import type { Store } from './store.js';

/** The scans of the interface, on a given store. */
export function scanKlines(
  store: Store,
  directory: Directory,
  key: PartitionKey,
  range: TimeRange,
  options?: ScanOptions,
): AsyncGenerator<RecordBatch> {
  const slices = scanSlices(store, klineSource(directory, key), KLINE_COLUMNS, range, sliceRowsFor(options));
  return toBatches(piecesOf(slices), KLINE_COLUMNS, options);
}

export function scanDerivations(
  store: Store,
  directory: Directory,
  key: PartitionKey,
  range: TimeRange,
): AsyncGenerator<RecordBatch> {
  const slices = scanSlices(store, derivationSource(directory, key), DERIVATION_COLUMNS, range);
  return toBatches(piecesOf(slices), DERIVATION_COLUMNS);
}

export function scanIndicators(
  store: Store,
  directory: Directory,
  key: PartitionKey,
  codes: readonly string[],
  range: TimeRange,
  options?: ScanOptions,
): AsyncGenerator<RecordBatch> {
  directory.checkCodes(codes);
  const columns = indicatorScan(codes);
  return toBatches(
    piecesOf(scanSlices(store, indicatorSource(directory, key), columns, range)),
    columns,
    options,
  );
}

export function scanPredictions(
  store: Store,
  directory: Directory,
  strategyId: number,
  key: PartitionKey,
  range: TimeRange,
  options?: ScanOptions,
): AsyncGenerator<RecordBatch> {
  const source = predictionSource(directory, strategyId, key);
  return toBatches(
    piecesOf(scanSlices(store, source, PREDICTION_COLUMNS, range)),
    PREDICTION_COLUMNS,
    options,
  );
}

export function scanResults(
  store: Store,
  directory: Directory,
  strategyId: number,
  key: PartitionKey,
  range: TimeRange,
  options?: ScanOptions,
): AsyncGenerator<RecordBatch> {
  const source = resultSource(directory, strategyId, key);
  return toBatches(piecesOf(scanSlices(store, source, RESULT_COLUMNS, range)), RESULT_COLUMNS, options);
}

/** Klines with a close_time in one of the sorted, disjoint ranges `[from[i], to[i])`. */
export function scanKlinesWithin(
  store: Store,
  directory: Directory,
  key: PartitionKey,
  from: Float64Array,
  to: Float64Array,
): AsyncGenerator<RecordBatch> {
  return toBatches(piecesWithin(store, directory, key, from, to), KLINE_COLUMNS);
}

/** One query for ranges that lie within a slice's span, then the rows of each range cut out of it. */
async function* piecesWithin(
  store: Store,
  directory: Directory,
  key: PartitionKey,
  from: Float64Array,
  to: Float64Array,
): AsyncGenerator<Piece> {
  const source = klineSource(directory, key);
  const span = SLICE_ROWS * source.durationMs;
  const closeTimeColumn = KLINE_COLUMNS.findIndex(({ name }) => name === 'close_time');
  for (let first = 0; first < from.length; ) {
    let last = first;
    while (last + 1 < from.length && to[last + 1]! - from[first]! <= span) last++;
    if (to[last]! - from[first]! > span) {
      // A single range longer than a slice.
      yield* piecesOf(scanSlices(store, source, KLINE_COLUMNS, { from: from[first]!, to: to[first]! }));
    } else {
      const range = { from: from[first]!, to: to[last]! };
      const arrays = arraysOf(await store.slice(source, KLINE_COLUMNS, range), KLINE_COLUMNS);
      const closeTime = arrays[closeTimeColumn] as Float64Array;
      for (let i = first, end = 0; i <= last; i++) {
        const start = lowerBound(closeTime, from[i]!, end);
        end = lowerBound(closeTime, to[i]!, start);
        if (end > start) {
          const cut = arrays.map((array) => array.subarray(start, end) as ColumnArray);
          yield { arrays: cut, rows: end - start, ahead: end - start };
        }
      }
    }
    first = last + 1;
  }
}

/** First index from `start` on whose value is not below `value`. */
function lowerBound(sorted: Float64Array, value: number, start: number): number {
  let low = start;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
