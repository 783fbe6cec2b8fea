import { latestVersion, SCHEMA_TOO_NEW } from '../migrations/versions.js';
import { codeColumn } from '../schema/bar-indicator.js';
import { Directory } from '../store/directory.js';
import { text } from '../store/sql.js';
import type { Store } from '../store/store.js';
import type { PartitionKey } from '../warehouse.js';
import type { MySqlStore } from './store.js';

/** Ids and codes of one database. Others may add to them: what is unknown here is looked up. */
export class MySqlDirectory extends Directory {
  /** @throws Error when the schema is newer than this program */
  async load(store: MySqlStore): Promise<void> {
    if (!(await hasTable(store, 'schema_version'))) return;
    const [found] = await store.rows<{ n: number | null }>('SELECT max(version) AS n FROM schema_version');
    this.version = found!.n ?? 0;
    if (this.version > latestVersion()) throw new Error(SCHEMA_TOO_NEW(this.version));
    if (this.version === 0) return;
    this.symbols.clear();
    await this.#loadSymbols(store);
    for (const { name, id, duration } of await store.rows<{ name: string; id: number; duration: number }>(
      'SELECT "interval" AS name, interval_id AS id, duration_ms AS duration FROM dim_interval ORDER BY interval_id',
    ))
      this.intervals.set(name, { id, durationMs: duration });
    const codes = await store.rows<{ code: string }>('SELECT indicator AS code FROM dim_indicator_type');
    const columns = await tableColumns(store, 'bar_indicator');
    this.codes = codes
      .map(({ code }) => ({ code, position: columns.indexOf(codeColumn(code)) }))
      .filter(({ position }) => position >= 0)
      .sort((a, b) => a.position - b.position)
      .map(({ code }) => code);
  }

  override async learn(store: Store, { symbol }: Pick<PartitionKey, 'symbol'>): Promise<void> {
    if (!this.symbols.has(symbol)) await this.#loadSymbols(store);
  }

  /** Id of a symbol. A new one gets its row at once: two transactions that bring it must not wait for one another. */
  async symbolId(store: MySqlStore, symbol: string): Promise<number> {
    await this.learn(store, { symbol });
    if (!this.symbols.has(symbol)) {
      await store.run(
        `INSERT INTO dim_symbol (symbol) VALUES (${text(symbol)}) ON DUPLICATE KEY UPDATE symbol = dim_symbol.symbol`,
      );
      await this.#loadSymbols(store);
    }
    return this.symbols.get(symbol)!;
  }

  /** The id of a symbol that `learn` or `symbolId` has seen. */
  knownSymbol(symbol: string): number | undefined {
    return this.symbols.get(symbol);
  }

  async #loadSymbols(store: Store): Promise<void> {
    const rows = await store.rows<{ symbol: string; id: number }>(
      'SELECT symbol, symbol_id AS id FROM dim_symbol',
    );
    for (const { symbol, id } of rows) this.symbols.set(symbol, id);
  }
}

/** True when the database has a table of that name. */
export async function hasTable(store: MySqlStore, table: string): Promise<boolean> {
  const found = await store.rows(
    `SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND table_name = ${text(table)}`,
  );
  return found.length > 0;
}

/** Columns of a table in their order. */
export async function tableColumns(store: MySqlStore, table: string): Promise<string[]> {
  const found = await store.rows<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = database() AND table_name = ${text(table)} ORDER BY ordinal_position`,
  );
  return found.map(({ name }) => name);
}
