import { WarehouseAccessError } from '../errors.js';
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
import { settledChanges } from './changes.js';
import { type MySqlDatabase, rollbackQuietly } from './database.js';
import { partitions } from './klines.js';
import { withLock } from './locks.js';
import { migrate } from './migrate.js';
import { query } from './query.js';
import { MySqlSession } from './session.js';
import type { MySqlStore } from './store.js';

/** The warehouse in one database of a MySQL or MariaDB server. */
export class MySqlWarehouse extends StoreWarehouse<MySqlStore, MySqlDatabase> implements Warehouse {
  /** A transaction holds its partition's lock and the server's undo log: one a pass. */
  readonly transactionBars = 1;
  #isClosed = false;

  async migrate(
    catalog: Catalog,
  ): Promise<{ readonly applied: readonly string[]; readonly version: number }> {
    return migrate(this.writable(), catalog);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.database.close();
  }

  async trim(): Promise<void> {}

  failure(error: Error): Error {
    return error;
  }

  partitions(): Promise<PartitionState[]> {
    return this.database.use(partitions);
  }

  klineChanges(since: number): Promise<KlineChange[]> {
    return this.database.use((store) => settledChanges(store, since));
  }

  async snapshot(): Promise<Snapshot> {
    const { database } = this;
    const store = await database.beginSnapshot();
    return new StoreSnapshot(store, database.directory, async () => {
      await rollbackQuietly(store);
      database.release(store);
    });
  }

  async begin(): Promise<WriteSession> {
    return MySqlSession.begin(this.writable());
  }

  async startRun(kind: string, detail: string, startedAt: number): Promise<number> {
    return this.writable().write(async (store) => {
      await ledger.insertRun(store, 0, kind, detail, startedAt);
      return store.lastId;
    });
  }

  async importStrategy(
    document: StrategyDocument,
    contentHash: string,
    importedAt: number,
  ): Promise<{ readonly version: number; readonly created: boolean }> {
    const { name } = this.writable();
    return this.database.use((store) =>
      // Versions are numbered one after the other: whoever imports meanwhile waits until this one is committed.
      withLock(store, name, 'strategies', () =>
        this.database.transaction(store, () =>
          importStrategy(store, () => nextStrategyId(store), document, contentHash, importedAt),
        ),
      ),
    );
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
    return this.database.use((store) => query(store, sql));
  }
}

async function nextStrategyId(store: MySqlStore): Promise<number> {
  const [found] = await store.rows<{ id: number | null }>('SELECT max(strategy_id) AS id FROM dim_strategy');
  return (found!.id ?? 0) + 1;
}
