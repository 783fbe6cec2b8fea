import { MIGRATIONS } from '../migrations/versions.js';
import { BAR_INDICATOR, codeColumn, indicatorColumn } from '../schema/bar-indicator.js';
import type { TableSpec } from '../schema/table.js';
import { text, whole } from '../store/sql.js';
import type { Catalog } from '../warehouse.js';
import type { MySqlDatabase } from './database.js';
import { tableColumns } from './directory.js';
import { withLock } from './locks.js';
import { removeOldMarks } from './marks.js';
import { columnDefinition, createTable } from './sql.js';
import type { MySqlStore } from './store.js';
import { createViews } from './views.js';

/**
 * Applies what is missing. Every statement that changes the schema commits by itself, so each is idempotent and the row
 * that says that it is done comes after it: wherever this is killed, the next run finishes it. One runs at a time.
 */
export function migrate(
  database: MySqlDatabase,
  catalog: Catalog,
): Promise<{ readonly applied: readonly string[]; readonly version: number }> {
  return database.use((store) =>
    withLock(store, database.name, 'migrate', async () => {
      const { directory } = database;
      // Another process may have migrated while this one waited.
      await directory.load(store);
      const pending = MIGRATIONS.slice(directory.version);
      for (const step of pending)
        await step.up({
          run: async (sql) => void (await store.run(sql)),
          createTable,
          addCount: (table, column) => addCount(store, table, column),
        });
      const applied = pending.map(({ name }) => name);
      if (directory.version > 0 || pending.length > 0) {
        applied.push(...(await applyIntervals(store, catalog)));
        applied.push(...(await applyCodes(store, catalog, pending.length > 0)));
      }
      // Last: until they stand, everything above is done again.
      for (const [i, { name }] of pending.entries())
        await store.run(
          `INSERT INTO schema_version (version, name, applied_at)
           VALUES (${directory.version + i + 1}, ${text(name)}, ${whole(Date.now())})`,
        );
      await removeOldMarks(store);
      await directory.load(store);
      return { applied, version: directory.version };
    }),
  );
}

async function addCount(store: MySqlStore, table: TableSpec, name: string): Promise<void> {
  if ((await tableColumns(store, table.name)).includes(name)) return;
  const column = table.columns.find((one) => one.name === name)!;
  // A number that is not given becomes 0.
  await store.run(`ALTER TABLE ${table.name} ADD COLUMN ${columnDefinition(table, column)}`);
}

async function applyIntervals(store: MySqlStore, catalog: Catalog): Promise<string[]> {
  const applied: string[] = [];
  const stored = await store.rows<{ id: number; name: string }>(
    'SELECT interval_id AS id, "interval" AS name FROM dim_interval',
  );
  const known = new Map(stored.map(({ id, name }) => [id, name]));
  const values: string[] = [];
  for (const [index, { interval, durationMs }] of catalog.intervals.entries()) {
    const name = known.get(index + 1);
    if (name === undefined) {
      values.push(`(${index + 1}, ${text(interval)}, ${whole(durationMs)})`);
      applied.push(`interval ${interval}`);
    } else if (name !== interval)
      throw new Error(
        `warehouse: interval number ${index + 1} is '${name}' here and '${interval}' in the catalog`,
      );
  }
  if (values.length > 0)
    await store.run(
      `INSERT INTO dim_interval (interval_id, "interval", duration_ms) VALUES ${values.join(', ')}`,
    );
  return applied;
}

/** Columns, then views, then the rows of the codes: a code that has its row is wholly there. */
async function applyCodes(store: MySqlStore, catalog: Catalog, isNewSchema: boolean): Promise<string[]> {
  const stored = await store.rows<{ id: number; code: string; row: string }>(
    `SELECT indicator_id AS id, indicator AS code, concat_ws('|', title, kernel, kernel_version, params, lookback) AS "row"
     FROM dim_indicator_type ORDER BY indicator_id`,
  );
  const byId = new Map(stored.map((entry) => [entry.id, entry]));
  const changed = catalog.codes.filter(({ code, number, title, kernel, version, params, lookback }) => {
    const entry = byId.get(number);
    if (entry !== undefined && entry.code !== code)
      throw new Error(
        `warehouse: indicator number ${number} is '${entry.code}' here and '${code}' in the catalog`,
      );
    if (entry === undefined && !/^[A-Za-z][A-Za-z0-9_]*$/.test(code))
      throw new Error(`warehouse: code '${code}' is not a letter followed by letters, digits or _`);
    return entry?.row !== [title, kernel, version, JSON.stringify(params), lookback].join('|');
  });
  if (changed.length === 0 && !isNewSchema) return [];
  const columns = new Set(await tableColumns(store, BAR_INDICATOR.name));
  const missing = changed.filter(({ code }) => !columns.has(codeColumn(code)));
  if (missing.length > 0)
    await store.run(
      `ALTER TABLE bar_indicator ${missing.map(({ code }) => `ADD COLUMN ${columnDefinition(BAR_INDICATOR, indicatorColumn(code))}`).join(', ')}`,
    );
  const codes = new Map(stored.map(({ id, code }) => [id, code]));
  for (const { number, code } of changed) codes.set(number, code);
  await createViews(
    store,
    [...codes].toSorted(([a], [b]) => a - b).map(([, code]) => code),
  );
  const values = changed.map(
    ({ code, number, title, kernel, version, params, lookback }) =>
      `(${whole(number)}, ${text(code)}, ${text(title)}, ${text(kernel)}, ${whole(version)}, ${text(JSON.stringify(params))}, ${whole(lookback)})`,
  );
  if (values.length > 0)
    await store.run(
      `INSERT INTO dim_indicator_type (indicator_id, indicator, title, kernel, kernel_version, params, lookback)
       VALUES ${values.join(', ')}
       ON DUPLICATE KEY UPDATE title = VALUES(title), kernel = VALUES(kernel), kernel_version = VALUES(kernel_version),
         params = VALUES(params), lookback = VALUES(lookback)`,
    );
  return changed.map(({ code }) => `code ${code}`);
}
