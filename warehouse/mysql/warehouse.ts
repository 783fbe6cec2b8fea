import type { RecordBatch } from 'apache-arrow';
import { WarehouseAccessError } from '../errors.js';
import { checksums } from '../store/checksums.js';
import { exportTable } from '../store/export.js';
import * as ledger from '../store/ledger.js';
import * as scans from '../store/scans.js';
import type { FactFilter } from '../store/series.js';
import { whole } from '../store/sql.js';
import { importStrategy, setStrategyEnabled, strategies } from '../store/strategies.js';
import { outboxPositions, streamOffsets } from '../store/stream.js';
import type { StrategyDocument, StrategyRecord } from '../strategy.js';
import type {
  Catalog,
  Head,
  KlineChange,
  LineageBlock,
  OutboxPosition,
  PartitionChecksum,
  PartitionKey,
  PartitionState,
  ResampleHead,
  RunRecord,
  ScanOptions,
  Snapshot,
  StreamOffset,
  TaskRecord,
  TimeRange,
  TradeCheckpoint,
  Warehouse,
  WriteSession,
} from '../warehouse.js';
import { settledChanges } from './changes.js';
import type { MySqlDatabase } from './database.js';
import type { MySqlDirectory } from './directory.js';
import { partitions } from './klines.js';
import { withLock } from './locks.js';
import { migrate } from './migrate.js';
import { query } from './query.js';
import { MySqlSession } from './session.js';
import { MySqlSnapshot } from './snapshot.js';
import type { MySqlStore } from './store.js';

/** The warehouse in one database of a MySQL or MariaDB server. */
export class MySqlWarehouse implements Warehouse {
  readonly url: string;
  /** A transaction holds its partition's lock and the server's undo log: one a pass. */
  readonly transactionBars = 1;
  readonly #database: MySqlDatabase;
  readonly #isReadOnly: boolean;
  #isClosed = false;

  /** @param isReadOnly refuse every write */
  constructor(database: MySqlDatabase, isReadOnly: boolean) {
    this.url = database.url;
    this.#database = database;
    this.#isReadOnly = isReadOnly;
  }

  async migrate(
    catalog: Catalog,
  ): Promise<{ readonly applied: readonly string[]; readonly version: number }> {
    return migrate(this.#writable(), catalog);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#database.close();
  }

  partitions(): Promise<PartitionState[]> {
    return this.#database.use(partitions);
  }

  klineChanges(since: number): Promise<KlineChange[]> {
    return this.#database.use((store) => settledChanges(store, since));
  }

  heads(): Promise<Head[]> {
    return this.#database.use(ledger.heads);
  }

  resampleHeads(): Promise<ResampleHead[]> {
    return this.#database.use(ledger.resampleHeads);
  }

  strategies(): Promise<StrategyRecord[]> {
    return this.#database.use(strategies);
  }

  runs(limit: number): Promise<RunRecord[]> {
    return this.#database.use((store) => ledger.runs(store, limit));
  }

  tasks(runId: number): Promise<TaskRecord[]> {
    return this.#database.use((store) => ledger.tasks(store, runId));
  }

  scanKlines(key: PartitionKey, range: TimeRange, options?: ScanOptions): AsyncIterable<RecordBatch> {
    return this.#scan(key, (store, directory) => scans.scanKlines(store, directory, key, range, options));
  }

  scanDerivations(key: PartitionKey, range: TimeRange): AsyncIterable<RecordBatch> {
    return this.#scan(key, (store, directory) => scans.scanDerivations(store, directory, key, range));
  }

  scanIndicators(
    key: PartitionKey,
    codes: readonly string[],
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch> {
    return this.#scan(key, (store, directory) =>
      scans.scanIndicators(store, directory, key, codes, range, options),
    );
  }

  scanPredictions(
    strategyId: number,
    key: PartitionKey,
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch> {
    return this.#scan(key, (store, directory) =>
      scans.scanPredictions(store, directory, strategyId, key, range, options),
    );
  }

  scanResults(
    strategyId: number,
    key: PartitionKey,
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch> {
    return this.#scan(key, (store, directory) =>
      scans.scanResults(store, directory, strategyId, key, range, options),
    );
  }

  scanKlinesWithin(key: PartitionKey, from: Float64Array, to: Float64Array): AsyncIterable<RecordBatch> {
    return this.#scan(key, (store, directory) => scans.scanKlinesWithin(store, directory, key, from, to));
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

  snapshot(): Promise<Snapshot> {
    return MySqlSnapshot.begin(this.#database);
  }

  streamOffsets(topic: string): Promise<StreamOffset[]> {
    return this.#database.use((store) => streamOffsets(store, topic));
  }

  outboxPositions(): Promise<OutboxPosition[]> {
    return this.#database.use(outboxPositions);
  }

  async begin(): Promise<WriteSession> {
    return MySqlSession.begin(this.#writable());
  }

  async startRun(kind: string, detail: string, startedAt: number): Promise<number> {
    return this.#writable().write(async (store) => {
      await ledger.insertRun(store, 0, kind, detail, startedAt);
      return store.lastId;
    });
  }

  async finishRun(
    runId: number,
    status: 'DONE' | 'FAILED',
    detail: string,
    finishedAt: number,
  ): Promise<void> {
    await this.#writable().write((store) => ledger.finishRun(store, runId, status, detail, finishedAt));
  }

  async importStrategy(
    document: StrategyDocument,
    contentHash: string,
    importedAt: number,
  ): Promise<{ readonly version: number; readonly created: boolean }> {
    const { name } = this.#writable();
    return this.#database.use((store) =>
      // Versions are numbered one after the other: whoever imports meanwhile waits until this one is committed.
      withLock(store, name, 'strategies', () =>
        this.#database.transaction(store, () =>
          importStrategy(store, () => nextStrategyId(store), document, contentHash, importedAt),
        ),
      ),
    );
  }

  async setStrategyEnabled(strategy: string, isEnabled: boolean): Promise<void> {
    await this.#writable().write((store) => setStrategyEnabled(store, strategy, isEnabled));
  }

  checksums(filter: FactFilter): AsyncIterable<PartitionChecksum> {
    const { directory } = this.#database;
    return this.#database.snapshot((store) => checksums(store, directory, filter));
  }

  exportTable(table: string, range: TimeRange): AsyncIterable<RecordBatch> {
    const { directory } = this.#database;
    return this.#database.snapshot((store) => exportTable(store, directory, table, range));
  }

  analyse<T>(): Promise<T> {
    return this.glance();
  }

  async glance<T>(): Promise<T> {
    throw new WarehouseAccessError(
      `warehouse: analytics run in DuckDB, not in ${this.url}; run klinemill replica sync and ask the replica`,
    );
  }

  query(sql: string): Promise<{ readonly columns: readonly string[]; readonly rows: readonly unknown[][] }> {
    return this.#database.use((store) => query(store, sql));
  }

  #scan<T>(
    key: PartitionKey,
    scan: (store: MySqlStore, directory: MySqlDirectory) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    const { directory } = this.#database;
    return this.#database.snapshot(async function* (store) {
      await directory.learn(store, key);
      yield* scan(store, directory);
    });
  }

  /** A question about one partition. */
  #about<T>(key: PartitionKey, ask: (store: MySqlStore, where: string) => Promise<T>): Promise<T> {
    const { directory } = this.#database;
    return this.#database.use(async (store) => {
      await directory.learn(store, key);
      return ask(store, directory.where(key));
    });
  }

  #writable(): MySqlDatabase {
    if (this.#isReadOnly) throw new Error(`warehouse: ${this.url} was opened read-only`);
    return this.#database;
  }
}

async function nextStrategyId(store: MySqlStore): Promise<number> {
  const [found] = await store.rows<{ id: number | null }>('SELECT max(strategy_id) AS id FROM dim_strategy');
  return (found!.id ?? 0) + 1;
}
