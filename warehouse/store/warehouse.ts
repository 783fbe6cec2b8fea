import type { RecordBatch } from 'apache-arrow';
import type { StrategyRecord } from '../strategy.js';
import type {
  Head,
  KnownChange,
  LineageBlock,
  OutboxPosition,
  PartitionChecksum,
  PartitionKey,
  ResampleHead,
  RunRecord,
  StreamOffset,
  TaskRecord,
  TimeRange,
  TradeCheckpoint,
} from '../warehouse.js';
import { checksums } from './checksums.js';
import type { Directory } from './directory.js';
import { exportTable } from './export.js';
import * as ledger from './ledger.js';
import { PartitionScans } from './partition-scans.js';
import * as scans from './scans.js';
import type { FactFilter } from './series.js';
import { whole } from './sql.js';
import type { Store } from './store.js';
import { setStrategyEnabled, strategies } from './strategies.js';
import { outboxPositions, streamOffsets } from './stream.js';

/** Connections of a backend. */
export interface StoreDatabase<S extends Store> {
  readonly url: string;
  readonly directory: Directory;
  /** Runs `task` on a connection of its own. */
  use<T>(task: (store: S) => Promise<T>): Promise<T>;
  /** Runs `task` in a transaction of its own. */
  write<T>(task: (store: S) => Promise<T>): Promise<T>;
  /** Streams from a snapshot: what commits meanwhile is not seen. */
  snapshot<T>(task: (store: S) => AsyncIterable<T>): AsyncIterable<T>;
}

/** What a warehouse answers in the same SQL on both backends. */
export abstract class StoreWarehouse<S extends Store, D extends StoreDatabase<S>> extends PartitionScans {
  readonly url: string;
  protected readonly database: D;
  readonly #isReadOnly: boolean;

  /** @param isReadOnly refuse every write, even when the database is open for writing elsewhere in the process */
  constructor(database: D, isReadOnly: boolean) {
    super();
    this.url = database.url;
    this.database = database;
    this.#isReadOnly = isReadOnly;
  }

  heads(): Promise<Head[]> {
    return this.database.use(ledger.heads);
  }

  newestChanges(): Promise<readonly KnownChange[]> {
    return this.database.use(ledger.newestChanges);
  }

  resampleHeads(): Promise<ResampleHead[]> {
    return this.database.use(ledger.resampleHeads);
  }

  strategies(): Promise<StrategyRecord[]> {
    return this.database.use(strategies);
  }

  runs(limit: number): Promise<RunRecord[]> {
    return this.database.use((store) => ledger.runs(store, limit));
  }

  tasks(runId: number): Promise<TaskRecord[]> {
    return this.database.use((store) => ledger.tasks(store, runId));
  }

  scanDerivations(key: PartitionKey, range: TimeRange): AsyncIterable<RecordBatch> {
    return this.scan(key, (store, directory) => scans.scanDerivations(store, directory, key, range));
  }

  scanKlinesWithin(key: PartitionKey, from: Float64Array, to: Float64Array): AsyncIterable<RecordBatch> {
    return this.scan(key, (store, directory) => scans.scanKlinesWithin(store, directory, key, from, to));
  }

  lineage(key: PartitionKey): Promise<LineageBlock[]> {
    return this.#about(key, (store, where) => ledger.lineage(store, where));
  }

  checkpoint(key: PartitionKey, before: number): Promise<LineageBlock | null> {
    return this.#about(key, (store, where) => ledger.checkpoint(store, where, before));
  }

  tradeCheckpoint(strategyId: number, key: PartitionKey, closeTime: number): Promise<TradeCheckpoint | null> {
    return this.#about(key, (store, where) =>
      ledger.tradeCheckpoint(store, `${where} AND strategy_id = ${whole(strategyId)}`, closeTime),
    );
  }

  streamOffsets(topic: string): Promise<StreamOffset[]> {
    return this.database.use((store) => streamOffsets(store, topic));
  }

  outboxPositions(): Promise<OutboxPosition[]> {
    return this.database.use(outboxPositions);
  }

  async finishRun(
    runId: number,
    status: 'DONE' | 'FAILED',
    detail: string,
    finishedAt: number,
  ): Promise<void> {
    await this.writable().write((store) => ledger.finishRun(store, runId, status, detail, finishedAt));
  }

  async setStrategyEnabled(strategy: string, isEnabled: boolean): Promise<void> {
    await this.writable().write((store) => setStrategyEnabled(store, strategy, isEnabled));
  }

  checksums(filter: FactFilter): AsyncIterable<PartitionChecksum> {
    const { directory } = this.database;
    return this.database.snapshot((store) => checksums(store, directory, filter));
  }

  exportTable(table: string, range: TimeRange): AsyncIterable<RecordBatch> {
    const { directory } = this.database;
    return this.database.snapshot((store) => exportTable(store, directory, table, range));
  }

  protected writable(): D {
    if (this.#isReadOnly) throw new Error(`warehouse: ${this.url} was opened read-only`);
    return this.database;
  }

  protected override scan<T>(
    key: PartitionKey,
    read: (store: Store, directory: Directory) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    const { directory } = this.database;
    return this.database.snapshot(async function* (store) {
      await directory.learn(store, key);
      yield* read(store, directory);
    });
  }

  /** A question about one partition. */
  #about<T>(key: PartitionKey, ask: (store: S, where: string) => Promise<T>): Promise<T> {
    const { directory } = this.database;
    return this.database.use(async (store) => {
      await directory.learn(store, key);
      return ask(store, directory.where(key));
    });
  }
}
