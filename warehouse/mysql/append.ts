import type { RecordBatch } from 'apache-arrow';
import { type ColumnSpec, values } from '../columns.js';
import { codeColumn } from '../schema/bar-indicator.js';
import { quote } from '../store/sql.js';
import type { MySqlStore } from './store.js';

/** Ids that every row of a batch has, by column. */
export type RowIds = Readonly<Record<string, number>>;

/**
 * Appends a batch to a table: straight by LOAD DATA LOCAL, for all that is written is numbers of ours, or by INSERT where
 * the server forbids that. The batch is encoded before anything of it is sent.
 *
 * @param columns of the batch; one that it lacks becomes NULL
 * @returns when the batch is encoded and its memory free again: sends the rows; the promise is fulfilled when the server has them all
 */
export async function appendBatch(
  store: MySqlStore,
  table: string,
  ids: RowIds,
  columns: readonly ColumnSpec[],
  batch: RecordBatch,
): Promise<() => Promise<void>> {
  const present = new Set(batch.schema.fields.map((field) => field.name));
  const { isLocal, packetBytes } = store.limits;
  // A line must fit into a packet with room to spare; no line of ours is longer than 4 KB.
  const chunkBytes = Math.max(1, Math.min(131_072, packetBytes - 4_096));
  const rows = batch.numRows;
  const buffers = await store.encoder.encode({
    ids: Object.values(ids),
    kinds: columns.map(({ kind }) => kind),
    arrays: columns.map(({ name }) => (present.has(name) ? values(batch, name) : null)),
    rows,
    chunkBytes,
  });
  const names = [...Object.keys(ids), ...columns.map(({ name }) => codeColumn(name))];
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
