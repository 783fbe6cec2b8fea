import type { Cell } from '../store/sql.js';
import { rollbackQuietly } from './database.js';
import type { MySqlStore } from './store.js';

/** What may stand first in a statement that reads. */
const READING = new Set(['SELECT', 'WITH', 'EXPLAIN', 'DESCRIBE', 'SHOW', 'TABLE', 'VALUES']);

/**
 * Runs one statement that reads, in a read-only transaction.
 *
 * @throws Error when there are several, or when it is anything but SELECT or EXPLAIN
 */
export async function query(store: MySqlStore, sql: string): Promise<{ columns: string[]; rows: Cell[][] }> {
  const statements = statementsOf(sql);
  if (statements.length !== 1)
    throw new Error(`warehouse: query takes one statement, not ${statements.length}`);
  const words = statements[0]!.match(/[A-Za-z_]+/g)?.map((word) => word.toUpperCase()) ?? [];
  if (words[0] === undefined || !READING.has(words[0]))
    throw new Error(`warehouse: query takes SELECT or EXPLAIN, not ${words[0] ?? statements[0]!.trim()}`);
  // EXPLAIN ANALYZE runs what it explains; INTO would write a file on the server.
  if (words[0] === 'EXPLAIN' && words.includes('ANALYZE') && words[2] !== 'SELECT')
    throw new Error('warehouse: query is read-only: EXPLAIN ANALYZE takes SELECT');
  if (words.includes('INTO')) throw new Error('warehouse: query is read-only: INTO is not allowed');
  await store.run('START TRANSACTION READ ONLY');
  try {
    return await store.table(sql);
  } finally {
    await rollbackQuietly(store);
  }
}

/** The statements of a text, their texts, quoted names and comments blanked. */
function statementsOf(sql: string): string[] {
  return sql
    .replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|#[^\n]*|\/\*(?![!M])[\s\S]*?\*\//g, ' ')
    .split(';')
    .filter((statement) => statement.trim() !== '');
}
