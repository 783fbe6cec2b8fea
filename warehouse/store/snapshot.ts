import type { PartitionChecksum, PartitionKey, RowFilter, Snapshot, TableRow } from '../warehouse.js';
import { checksums } from './checksums.js';
import type { Directory } from './directory.js';
import { PartitionScans } from './partition-scans.js';
import type { FactFilter } from './series.js';
import type { Store } from './store.js';
import { readRows } from './table-rows.js';

/** A transaction that only reads, on a connection of its own. */
export class StoreSnapshot extends PartitionScans implements Snapshot {
  readonly #store: Store;
  readonly #directory: Directory;
  readonly #end: () => Promise<void>;
  #isOpen = true;

  /**
   * @param store reads one moment of the database
   * @param end ends its transaction and gives the connection back
   */
  constructor(store: Store, directory: Directory, end: () => Promise<void>) {
    super();
    this.#store = store;
    this.#directory = directory;
    this.#end = end;
  }

  async *readRows(
    table: string,
    filter: RowFilter,
    columns?: readonly string[],
  ): AsyncGenerator<readonly TableRow[]> {
    yield* readRows(this.#use(), table, filter, columns);
  }

  async *checksums(filter: FactFilter): AsyncGenerator<PartitionChecksum> {
    yield* checksums(this.#use(), this.#directory, filter);
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#end();
  }

  protected override async *scan<T>(
    key: PartitionKey,
    read: (store: Store, directory: Directory) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    await this.#directory.learn(this.#use(), key);
    yield* read(this.#use(), this.#directory);
  }

  #use(): Store {
    if (!this.#isOpen) throw new Error('warehouse: this snapshot is closed; take another one');
    return this.#store;
  }
}
