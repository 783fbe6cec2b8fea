import { MIGRATIONS } from '../migrations/versions.js';
import { codeColumn } from '../schema/bar-indicator.js';
import type { TableSpec } from '../schema/table.js';
import { quote, text, whole } from '../store/sql.js';
import type { Catalog } from '../warehouse.js';
import type { Database } from './database.js';
import { codeType } from './packing.js';
import { createTable, SQL_TYPE } from './sql.js';
import type { DuckDbStore } from './store.js';
import { createViews } from './views.js';

/** Applies what is missing, each migration in a transaction of its own with its version row last. */
export async function migrate(
  database: Database,
  catalog: Catalog,
): Promise<{ readonly applied: readonly string[]; readonly version: number }> {
  const applied: string[] = [];
  const { directory } = database;
  for (let version = directory.version + 1; version <= MIGRATIONS.length; version++) {
    const step = MIGRATIONS[version - 1]!;
    await database.write(async (store) => {
      const run = async (sql: string): Promise<void> => void (await store.run(sql));
      await step.up({ run, createTable, addCount: (table, column) => addCount(store, table, column) });
      await store.run(
        `INSERT INTO schema_version VALUES (${version}, ${text(step.name)}, ${whole(Date.now())})`,
      );
    });
    directory.version = version;
    applied.push(step.name);
  }
  const changes = await database.write(async (store) => {
    const done = [...(await applyIntervals(store, catalog)), ...(await applyCodes(store, catalog))];
    // The views follow tables and codes, and nothing else changes them.
    if (applied.length + done.length > 0) await createViews(store);
    return done;
  });
  await database.mutex.run(() => database.reload());
  return { applied: [...applied, ...changes], version: directory.version };
}

/** A column cannot be added as NOT NULL. */
async function addCount(store: DuckDbStore, { name }: TableSpec, column: string): Promise<void> {
  const found = await store.rows(
    `SELECT 1 FROM duckdb_columns() WHERE table_name = ${text(name)} AND column_name = ${text(column)}`,
  );
  if (found.length > 0) return;
  await store.run(`ALTER TABLE ${name} ADD COLUMN ${quote(column)} ${SQL_TYPE.count} DEFAULT 0`);
  await store.run(`ALTER TABLE ${name} ALTER COLUMN ${quote(column)} SET NOT NULL`);
  await store.run(`ALTER TABLE ${name} ALTER COLUMN ${quote(column)} DROP DEFAULT`);
}

async function applyIntervals(store: DuckDbStore, catalog: Catalog): Promise<string[]> {
  const applied: string[] = [];
  const known = new Map(
    (
      await store.rows<{ id: number; name: string }>(
        'SELECT interval_id AS id, "interval" AS name FROM dim_interval',
      )
    ).map(({ id, name }) => [id, name]),
  );
  const values: string[] = [];
  for (const [index, { interval, durationMs }] of catalog.intervals.entries()) {
    const stored = known.get(index + 1);
    if (stored === undefined) {
      values.push(`(${index + 1}, ${text(interval)}, ${whole(durationMs)})`);
      applied.push(`interval ${interval}`);
    } else if (stored !== interval)
      throw new Error(
        `warehouse: interval number ${index + 1} is '${stored}' here and '${interval}' in the catalog`,
      );
  }
  if (values.length > 0) await store.run(`INSERT INTO dim_interval VALUES ${values.join(', ')}`);
  return applied;
}

async function applyCodes(store: DuckDbStore, catalog: Catalog): Promise<string[]> {
  const applied: string[] = [];
  const stored = await store.rows<{
    id: number;
    code: string;
    row: string;
  }>(`SELECT indicator_id AS id, indicator AS code, concat_ws('|', title, kernel, kernel_version, params, lookback) AS row
     FROM dim_indicator_type`);
  const byId = new Map(stored.map((entry) => [entry.id, entry]));
  const values: string[] = [];
  for (const { code, number, title, kernel, version, params, lookback } of catalog.codes) {
    const paramText = JSON.stringify(params);
    const entry = byId.get(number);
    if (entry !== undefined && entry.code !== code)
      throw new Error(
        `warehouse: indicator number ${number} is '${entry.code}' here and '${code}' in the catalog`,
      );
    if (entry === undefined) {
      if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(code))
        throw new Error(`warehouse: code '${code}' is not a letter followed by letters, digits or _`);
      await store.run(
        `ALTER TABLE bar_indicator ADD COLUMN IF NOT EXISTS ${quote(codeColumn(code))} ${codeType(code)}`,
      );
    }
    if (entry?.row === [title, kernel, version, paramText, lookback].join('|')) continue;
    values.push(
      `(${whole(number)}, ${text(code)}, ${text(title)}, ${text(kernel)}, ${whole(version)}, ${text(paramText)}, ${whole(lookback)})`,
    );
    applied.push(`code ${code}`);
  }
  // One statement: most of what a new warehouse cost were 45 of them.
  if (values.length > 0)
    await store.run(`INSERT OR REPLACE INTO dim_indicator_type VALUES ${values.join(', ')}`);
  return applied;
}
