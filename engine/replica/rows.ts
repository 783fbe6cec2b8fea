import type { RowFilter, Snapshot, TableRow, WriteSession } from '../../warehouse/index.js';

/** Cells that were written. */
export interface Copied {
  readonly rows: number;
  readonly values: number;
}

export const NOTHING: Copied = { rows: 0, values: 0 };

export function plus(a: Copied, b: Copied): Copied {
  return { rows: a.rows + b.rows, values: a.values + b.values };
}

/** Ids of one condition: a longer list makes a statement that no parser is fond of. */
const IDS_AT_ONCE = 5_000;

/** Puts the source's rows that meet the filter in the place of the target's. */
export async function mirrorRows(
  source: Snapshot,
  session: WriteSession,
  table: string,
  filter: RowFilter,
): Promise<Copied> {
  await session.deleteRows(table, filter);
  return appendFrom(source, session, table, filter);
}

/** Copies the rows with these ids, which the target lacks. */
export async function copyRowsById(
  source: Snapshot,
  session: WriteSession,
  table: string,
  idColumn: string,
  ids: readonly number[],
): Promise<Copied> {
  let copied = NOTHING;
  for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
    const filter = { [idColumn]: ids.slice(start, start + IDS_AT_ONCE) };
    copied = plus(copied, await appendFrom(source, session, table, filter));
  }
  return copied;
}

/** All rows at once, for small tables. */
export async function collectRows<Row extends TableRow>(
  snapshot: Snapshot,
  table: string,
  filter: RowFilter,
  columns?: readonly (keyof Row & string)[],
): Promise<Row[]> {
  const found: Row[] = [];
  for await (const rows of snapshot.readRows(table, filter, columns)) found.push(...(rows as readonly Row[]));
  return found;
}

async function appendFrom(
  source: Snapshot,
  session: WriteSession,
  table: string,
  filter: RowFilter,
): Promise<Copied> {
  let copied = NOTHING;
  for await (const rows of source.readRows(table, filter)) {
    await session.appendRows(table, rows);
    copied = plus(copied, { rows: rows.length, values: rows.length * Object.keys(rows[0] ?? {}).length });
  }
  return copied;
}
