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
import { type MySqlDatabase, rollbackQuietly } from './database.js';
import type { MySqlStore } from './store.js';

/** A transaction that only reads, on a connection of its own. */
export class MySqlSnapshot implements Snapshot {
  readonly #database: MySqlDatabase;
  readonly #store: MySqlStore;
  #isOpen = true;

  private constructor(database: MySqlDatabase, store: MySqlStore) {
    this.#database = database;
    this.#store = store;
  }

  static async begin(database: MySqlDatabase): Promise<MySqlSnapshot> {
    return new MySqlSnapshot(database, await database.beginSnapshot());
  }

  async *scanKlines(key: PartitionKey, range: TimeRange, options?: ScanOptions): AsyncGenerator<RecordBatch> {
    const { directory } = this.#database;
    yield* scans.scanKlines(await this.#knowing(key), directory, key, range, options);
  }

  async *scanIndicators(
    key: PartitionKey,
    codes: readonly string[],
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncGenerator<RecordBatch> {
    const { directory } = this.#database;
    yield* scans.scanIndicators(await this.#knowing(key), directory, key, codes, range, options);
  }

  async *scanPredictions(
    strategyId: number,
    key: PartitionKey,
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncGenerator<RecordBatch> {
    const { directory } = this.#database;
    yield* scans.scanPredictions(await this.#knowing(key), directory, strategyId, key, range, options);
  }

  async *scanResults(
    strategyId: number,
    key: PartitionKey,
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncGenerator<RecordBatch> {
    const { directory } = this.#database;
    yield* scans.scanResults(await this.#knowing(key), directory, strategyId, key, range, options);
  }

  async *readRows(
    table: string,
    filter: RowFilter,
    columns?: readonly string[],
  ): AsyncGenerator<readonly TableRow[]> {
    yield* readRows(this.#use(), table, filter, columns);
  }

  async *checksums(filter: FactFilter): AsyncGenerator<PartitionChecksum> {
    yield* checksums(this.#use(), this.#database.directory, filter);
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await rollbackQuietly(this.#store);
    this.#database.release(this.#store);
  }

  #use(): MySqlStore {
    if (!this.#isOpen) throw new Error('warehouse: this snapshot is closed; take another one');
    return this.#store;
  }

  async #knowing(key: PartitionKey): Promise<MySqlStore> {
    await this.#database.directory.learn(this.#use(), key);
    return this.#use();
  }
}
