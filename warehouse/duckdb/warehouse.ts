import type { AnalyticsSession } from '../analytics/session.js';
import * as ledger from '../store/ledger.js';
import { StoreSnapshot } from '../store/snapshot.js';
import { importStrategy } from '../store/strategies.js';
import { StoreWarehouse } from '../store/warehouse.js';
import type { StrategyDocument } from '../strategy.js';
import type {
  Catalog,
  KlineChange,
  PartitionState,
  Snapshot,
  Warehouse,
  WriteSession,
} from '../warehouse.js';
import { analyse, glance } from './analysis.js';
import { type Database, rollbackQuietly } from './database.js';
import { partitions } from './klines.js';
import { migrate } from './migrate.js';
import { query } from './query.js';
import { DuckDbSession } from './session.js';
import { DuckDbStore } from './store.js';

/** The warehouse in one DuckDB file. */
export class DuckDbWarehouse extends StoreWarehouse<DuckDbStore, Database> implements Warehouse {
  /** About eight row groups: full ones go straight into the file, the rest through the log, and closing rewrites it with the next. */
  readonly transactionBars = 1_000_000;
  #isClosed = false;

  async migrate(
    catalog: Catalog,
  ): Promise<{ readonly applied: readonly string[]; readonly version: number }> {
    return migrate(this.writable(), catalog);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.database.release();
  }

  trim(): Promise<void> {
    return this.database.trim();
  }

  failure(error: Error): Error {
    return this.database.explained(error);
  }

  partitions(): Promise<PartitionState[]> {
    return this.database.use(partitions);
  }

  klineChanges(since: number): Promise<KlineChange[]> {
    const until = this.database.directory.settledChange();
    return this.database.use((store) => ledger.klineChanges(store, since, until));
  }

  async snapshot(): Promise<Snapshot> {
    const { database } = this;
    const connection = await database.connect();
    await connection.run('BEGIN TRANSACTION READ ONLY');
    // DuckDB takes the moment at the first read, not at BEGIN.
    await connection.run('SELECT 1 FROM schema_version LIMIT 1');
    return new StoreSnapshot(new DuckDbStore(connection), database.directory, async () => {
      await rollbackQuietly(connection);
      database.disconnect(connection);
    });
  }

  async begin(): Promise<WriteSession> {
    return DuckDbSession.begin(this.writable());
  }

  async startRun(kind: string, detail: string, startedAt: number): Promise<number> {
    return this.writable().write(async (store) => {
      const runId = this.database.directory.next('run');
      await ledger.insertRun(store, runId, kind, detail, startedAt);
      return runId;
    });
  }

  async importStrategy(
    document: StrategyDocument,
    contentHash: string,
    importedAt: number,
  ): Promise<{ readonly version: number; readonly created: boolean }> {
    const { directory } = this.database;
    return this.writable().write((store) =>
      importStrategy(store, () => directory.next('strategy'), document, contentHash, importedAt),
    );
  }

  analyse<T>(work: (session: AnalyticsSession) => Promise<T>): Promise<T> {
    return analyse(this.database, work);
  }

  glance<T>(work: (session: AnalyticsSession) => Promise<T>): Promise<T> {
    return glance(this.database, work);
  }

  query(sql: string): Promise<{ readonly columns: readonly string[]; readonly rows: readonly unknown[][] }> {
    return this.database.scan(({ connection }) => query(connection, sql));
  }
}
