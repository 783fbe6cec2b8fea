import type { RecordBatch } from 'apache-arrow';
import { checksums } from '../store/checksums.js';
import * as scans from '../store/scans.js';
import type { FactFilter } from '../store/series.js';
import { readRows } from '../store/table-rows.js';
import type {
  PartitionChecksum,
  PartitionKey,
  RowFilter,
  ScanOptions,
  Snapshot,
  TableRow,
  TimeRange,
} from '../warehouse.js';
import { type Database, rollbackQuietly } from './database.js';
import { DuckDbStore } from './store.js';

/** A transaction that only reads, on a connection of its own. */
export class DuckDbSnapshot implements Snapshot {
  readonly #database: Database;
  readonly #store: DuckDbStore;
  #isOpen = true;

  private constructor(database: Database, store: DuckDbStore) {
    this.#database = database;
    this.#store = store;
  }

  static async begin(database: Database): Promise<DuckDbSnapshot> {
    const connection = await database.connect();
    await connection.run('BEGIN TRANSACTION READ ONLY');
    // DuckDB takes the moment at the first read, not at BEGIN.
    await connection.run('SELECT 1 FROM schema_version LIMIT 1');
    return new DuckDbSnapshot(database, new DuckDbStore(connection));
  }

  scanKlines(key: PartitionKey, range: TimeRange, options?: ScanOptions): AsyncIterable<RecordBatch> {
    return scans.scanKlines(this.#use(), this.#database.directory, key, range, options);
  }

  scanIndicators(
    key: PartitionKey,
    codes: readonly string[],
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch> {
    return scans.scanIndicators(this.#use(), this.#database.directory, key, codes, range, options);
  }

  scanPredictions(
    strategyId: number,
    key: PartitionKey,
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch> {
    return scans.scanPredictions(this.#use(), this.#database.directory, strategyId, key, range, options);
  }

  scanResults(
    strategyId: number,
    key: PartitionKey,
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch> {
    return scans.scanResults(this.#use(), this.#database.directory, strategyId, key, range, options);
  }

  readRows(
    table: string,
    filter: RowFilter,
    columns?: readonly string[],
  ): AsyncIterable<readonly TableRow[]> {
    return readRows(this.#use(), table, filter, columns);
  }

  checksums(filter: FactFilter): AsyncIterable<PartitionChecksum> {
    return checksums(this.#use(), this.#database.directory, filter);
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await rollbackQuietly(this.#store.connection);
    this.#database.disconnect(this.#store.connection);
  }

  #use(): DuckDbStore {
    if (!this.#isOpen) throw new Error('warehouse: this snapshot is closed; take another one');
    return this.#store;
  }
}
