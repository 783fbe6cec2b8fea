import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableColumnKind, TableSpec } from '../schema/table.js';
import type { ScanColumn, Slice, Source } from '../store/source.js';
import { type Cell, quote, wholeOrText } from '../store/sql.js';
import { cellsOf, type RowList, type Store } from '../store/store.js';
import type { TableRow, TimeRange } from '../warehouse.js';
import { appendRows } from './append.js';
import { readSlice } from './scan.js';
import { rows, toCell } from './sql.js';

/** How `appendRows` takes the cells of a kind. */
const LETTER: Readonly<Record<TableColumnKind, string>> = {
  number: 'n',
  time: 'l',
  count: 'l',
  mask: 'l',
  id: 'i',
  flag: 'i',
  tiny: 'i',
  small: 'i',
  text: 't',
  blob: 'b',
};

/** Rows of a list that are updated one by one: a join takes as long as three statements, whatever their number. */
const FEW_ROWS = 2;

/** SQL about a list `v` with the values of one of its rows in the place of its columns. */
function withValues(sql: string, { columns, rows: records }: RowList, row: number): string {
  // Texts stay as they are.
  return sql.replace(/'(?:[^']|'')*'|\bv\.(\w+)/g, (found, column: string | undefined) =>
    column === undefined ? found : wholeOrText(records[row]![columns.indexOf(column)]!),
  );
}

/** A connection of DuckDB as the shared SQL sees it. */
export class DuckDbStore implements Store {
  constructor(readonly connection: DuckDBConnection) {}

  rows<Row = Record<string, Cell>>(sql: string): Promise<Row[]> {
    return rows<Row>(this.connection, sql);
  }

  async run(sql: string): Promise<number> {
    return (await this.connection.run(sql)).rowsChanged;
  }

  async *batches(sql: string): AsyncGenerator<readonly (readonly Cell[])[]> {
    for await (const chunk of await this.connection.stream(sql))
      if (chunk.rowCount > 0) yield chunk.getRows().map((row) => row.map(toCell));
  }

  async insert(table: TableSpec, records: readonly TableRow[]): Promise<void> {
    const kinds = table.columns.map(({ kind }) => LETTER[kind]).join('');
    const cells = records.map((record) => cellsOf(table, record));
    await appendRows(this.connection, table.name, kinds, cells);
  }

  list({ columns, rows: records }: RowList): string {
    const tuples = records.map((record) => `(${record.map(wholeOrText).join(', ')})`);
    return `(VALUES ${tuples.join(', ')}) v(${columns.map(quote).join(', ')})`;
  }

  async updateBy(
    table: string,
    list: RowList,
    on: string,
    set: Readonly<Record<string, string>>,
  ): Promise<number> {
    const assignments = Object.entries(set).map(([column, value]) => `${column} = ${value}`);
    const update = `UPDATE ${table} t SET ${assignments.join(', ')}`;
    if (list.rows.length > FEW_ROWS) return this.run(`${update} FROM ${this.list(list)} WHERE ${on}`);
    let changed = 0;
    for (let row = 0; row < list.rows.length; row++)
      changed += await this.run(withValues(`${update} WHERE ${on}`, list, row));
    return changed;
  }

  slice(source: Source, columns: readonly ScanColumn[], range: TimeRange): Promise<Slice> {
    return readSlice(this.connection, source, columns, range);
  }
}
