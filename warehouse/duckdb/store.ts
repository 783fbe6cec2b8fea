import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableColumnKind, TableSpec } from '../schema/table.js';
import type { ScanColumn, Slice, Source } from '../store/source.js';
import type { Cell } from '../store/sql.js';
import { cellsOf, type Store } from '../store/store.js';
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

  slice(source: Source, columns: readonly ScanColumn[], range: TimeRange): Promise<Slice> {
    return readSlice(this.connection, source, columns, range);
  }
}
