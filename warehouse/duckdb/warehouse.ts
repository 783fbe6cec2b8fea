import type { RecordBatch } from 'apache-arrow';
import type { AnalyticsSession } from '../analytics/session.js';
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
import { analyse, glance } from './analysis.js';
import type { Database } from './database.js';
import { partitions } from './klines.js';
import { migrate } from './migrate.js';
import { query } from './query.js';
import { DuckDbSession } from './session.js';
import { DuckDbSnapshot } from './snapshot.js';

/** The warehouse in one DuckDB file. */
export class DuckDbWarehouse implements Warehouse {
  readonly url: string;
  /** About four row groups: full ones go straight into the file, the rest of a transaction through the log first. */
  readonly transactionBars = 500_000;
  readonly #database: Database;
  readonly #isReadOnly: boolean;
  #isClosed = false;

  /** @param isReadOnly refuse writes even when the file is open for writing elsewhere in the process */
  constructor(database: Database, isReadOnly: boolean) {
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
    await this.#database.release();
  }

  partitions(): Promise<PartitionState[]> {
    return this.#database.use(partitions);
  }

  klineChanges(since: number): Promise<KlineChange[]> {
    const until = this.#database.directory.settledChange();
    return this.#database.use((store) => ledger.klineChanges(store, since, until));
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
    const { directory } = this.#database;
    return this.#database.snapshot((c) => scans.scanKlines(c, directory, key, range, options));
  }

  scanDerivations(key: PartitionKey, range: TimeRange): AsyncIterable<RecordBatch> {
    const { directory } = this.#database;
    return this.#database.snapshot((c) => scans.scanDerivations(c, directory, key, range));
  }

  scanIndicators(
    key: PartitionKey,
    codes: readonly string[],
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch> {
    const { directory } = this.#database;
    return this.#database.snapshot((c) => scans.scanIndicators(c, directory, key, codes, range, options));
  }

  scanPredictions(
    strategyId: number,
    key: PartitionKey,
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch> {
    const { directory } = this.#database;
    return this.#database.snapshot((c) =>
      scans.scanPredictions(c, directory, strategyId, key, range, options),
    );
  }

  scanResults(
    strategyId: number,
    key: PartitionKey,
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch> {
    const { directory } = this.#database;
    return this.#database.snapshot((c) => scans.scanResults(c, directory, strategyId, key, range, options));
  }

  scanKlinesWithin(key: PartitionKey, from: Float64Array, to: Float64Array): AsyncIterable<RecordBatch> {
    const { directory } = this.#database;
    return this.#database.snapshot((c) => scans.scanKlinesWithin(c, directory, key, from, to));
  }

  async lineage(key: PartitionKey): Promise<LineageBlock[]> {
    const where = this.#database.directory.where(key);
    return this.#database.use((store) => ledger.lineage(store, where));
  }

  async checkpoint(key: PartitionKey, before: number): Promise<LineageBlock | null> {
    const where = this.#database.directory.where(key);
    return this.#database.use((store) => ledger.checkpoint(store, where, before));
  }

  async tradeCheckpoint(
    strategyId: number,
    key: PartitionKey,
    closeTime: number,
  ): Promise<TradeCheckpoint | null> {
    const where = `${this.#database.directory.where(key)} AND strategy_id = ${whole(strategyId)}`;
    return this.#database.use((store) => ledger.tradeCheckpoint(store, where, closeTime));
  }

  snapshot(): Promise<Snapshot> {
    return DuckDbSnapshot.begin(this.#database);
  }

  streamOffsets(topic: string): Promise<StreamOffset[]> {
    return this.#database.use((store) => streamOffsets(store, topic));
  }

  outboxPositions(): Promise<OutboxPosition[]> {
    return this.#database.use(outboxPositions);
  }

  async begin(): Promise<WriteSession> {
    return DuckDbSession.begin(this.#writable());
  }

  async startRun(kind: string, detail: string, startedAt: number): Promise<number> {
    return this.#writable().write(async (store) => {
      const runId = this.#database.directory.next('run');
      await ledger.insertRun(store, runId, kind, detail, startedAt);
      return runId;
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
    const { directory } = this.#database;
    return this.#writable().write((store) =>
      importStrategy(store, () => directory.next('strategy'), document, contentHash, importedAt),
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

  analyse<T>(work: (session: AnalyticsSession) => Promise<T>): Promise<T> {
    return analyse(this.#database, work);
  }

  glance<T>(work: (session: AnalyticsSession) => Promise<T>): Promise<T> {
    return glance(this.#database, work);
  }

  query(sql: string): Promise<{ readonly columns: readonly string[]; readonly rows: readonly unknown[][] }> {
    return this.#database.use((store) => query(store.connection, sql));
  }

  #writable(): Database {
    if (this.#isReadOnly) throw new Error(`warehouse: ${this.url} was opened read-only`);
    return this.#database;
  }
}
