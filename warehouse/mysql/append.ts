import { values } from '../columns.js';
import { codeColumn } from '../schema/bar-indicator.js';
import type { BatchAppend } from '../store/facts.js';
import { quote } from '../store/sql.js';
import type { MySqlStore } from './store.js';

/** Ids that every row of a batch has, by column. */
export type RowIds = BatchAppend['parts'][number]['ids'];

/**
 * Appends batches to a table: straight by LOAD DATA LOCAL, for all that is written is numbers of ours, or by INSERT where
 * the server forbids that. They are encoded before anything of them is sent.
 *
 * @param parts at least one, all with ids of the same columns; a column that a batch lacks becomes NULL
 * @returns when they are encoded and their memory free again: sends the rows; the promise is fulfilled when the server has them all
 */
export async function appendBatches(
  store: MySqlStore,
  { table, columns, parts }: BatchAppend,
): Promise<() => Promise<void>> {
  const { isLocal, packetBytes } = store.limits;
  // A line must fit into a packet with room to spare; no line of ours is longer than 4 KB.
  const chunkBytes = Math.max(1, Math.min(131_072, packetBytes - 4_096));
  const kinds = columns.map(({ kind }) => kind);
  const encoded = await Promise.all(
    parts.map(({ ids, batch }) => {
      const present = new Set(batch.schema.fields.map((field) => field.name));
      const arrays = columns.map(({ name }) => (present.has(name) ? values(batch, name) : null));
      return store.encoder.encode({
        ids: Object.values(ids),
        kinds,
        arrays,
        rows: batch.numRows,
        chunkBytes,
      });
    }),
  );
  const rows = parts.reduce((sum, { batch }) => sum + batch.numRows, 0);
  const buffers = encoded.flat();
  const names = [...Object.keys(parts[0]!.ids), ...columns.map(({ name }) => codeColumn(name))];
  return async () => {
    if (rows === 0) return;
    if (isLocal) await store.load(table, names, rows, buffers);
    else await insertLines(store, table, names, buffers);
  };
}

/** The same lines as rows of an INSERT. */
async function insertLines(
  store: MySqlStore,
  table: string,
  names: readonly string[],
  buffers: readonly Buffer[],
): Promise<void> {
  const head = `INSERT INTO ${table} (${names.map(quote).join(', ')}) VALUES `;
  for (const buffer of buffers) {
    const lines = buffer.toString('latin1').slice(0, -1).split('\n');
    await store.insertTuples(
      head,
      // The sign of -0 is that of a double, not of a whole number.
      lines.map((line) => `(${line.replaceAll('\\N', 'NULL').replace(/(^|,)-0(?=,|$)/g, '$1-0e0')})`),
    );
  }
}
