import type { RecordBatch } from 'apache-arrow';
import type { PartitionKey, ScanOptions, TimeRange } from '../warehouse.js';
import type { Directory } from './directory.js';
import * as scans from './scans.js';
import type { Store } from './store.js';

/** Reads of a partition's facts; who extends it says on which connection, in which transaction. */
export abstract class PartitionScans {
  /** @param read is called when the partition's symbol was looked up */
  protected abstract scan<T>(
    key: PartitionKey,
    read: (store: Store, directory: Directory) => AsyncIterable<T>,
  ): AsyncIterable<T>;

  scanKlines(key: PartitionKey, range: TimeRange, options?: ScanOptions): AsyncIterable<RecordBatch> {
    return this.scan(key, (store, directory) => scans.scanKlines(store, directory, key, range, options));
  }

  scanIndicators(
    key: PartitionKey,
    codes: readonly string[],
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch> {
    return this.scan(key, (store, directory) =>
      scans.scanIndicators(store, directory, key, codes, range, options),
    );
  }

  scanPredictions(
    strategyId: number,
    key: PartitionKey,
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch> {
    return this.scan(key, (store, directory) =>
      scans.scanPredictions(store, directory, strategyId, key, range, options),
    );
  }

  scanResults(
    strategyId: number,
    key: PartitionKey,
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch> {
    return this.scan(key, (store, directory) =>
      scans.scanResults(store, directory, strategyId, key, range, options),
    );
  }
}
