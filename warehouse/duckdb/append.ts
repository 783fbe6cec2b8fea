import {
  BIGINT,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBType,
  INTEGER,
  SMALLINT,
  TINYINT,
  UTINYINT,
} from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import { type ColumnArray, type ColumnKind, type ColumnSpec, values } from '../columns.js';
import type { Cell } from '../store/sql.js';
import { CHUNK_ROWS, ChunkFiller } from './vectors.js';

const TYPE: Readonly<Record<ColumnKind, DuckDBType>> = {
  time: BIGINT,
  number: DOUBLE,
  flag: UTINYINT,
  tiny: TINYINT,
  small: SMALLINT,
  mask: BIGINT,
};

/** A batch and the ids of all its rows. */
interface Part {
  readonly ids: readonly number[];
  readonly batch: RecordBatch;
}

/** Rows `from` to `to` of a part's columns, which come to row `at` of a chunk; null: a column that the part lacks. */
interface Slice {
  readonly ids: readonly number[];
  readonly arrays: readonly (ColumnArray | null)[];
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Appends batches to one table of a connection, 2,048 rows at a time. The table's columns are `idCount` ids and then
 * `columns`, in this order; a column that a batch lacks becomes NULL.
 */
export class BulkAppender {
  readonly #connection: DuckDBConnection;
  readonly #table: string;
  readonly #catalog: string | null;
  readonly #idCount: number;
  readonly columns: readonly ColumnSpec[];
  readonly #filler: ChunkFiller;

  /** @param catalog `temp` for a temporary table */
  constructor(
    connection: DuckDBConnection,
    table: string,
    idCount: number,
    columns: readonly ColumnSpec[],
    catalog: string | null = null,
  ) {
    this.#connection = connection;
    this.#table = table;
    this.#catalog = catalog;
    this.#idCount = idCount;
    this.columns = columns;
    this.#filler = new ChunkFiller([
      ...Array.from({ length: idCount }, () => INTEGER),
      ...columns.map((column) => TYPE[column.kind]),
    ]);
  }

  /** Rows are in the transaction when this returns. */
  append(ids: readonly number[], batch: RecordBatch): Promise<void> {
    return this.appendAll([{ ids, batch }]);
  }

  /** As `append`, several batches at once: opening an appender costs as much as hundreds of rows. */
  async appendAll(parts: readonly Part[]): Promise<void> {
    await withAppender(this.#connection, this.#table, this.#catalog, (appender) =>
      this.#fill(appender, parts),
    );
  }

  /** Parts share chunks: many series bring a bar each. */
  #fill(appender: DuckDBAppender, parts: readonly Part[]): void {
    let slices: Slice[] = [];
    let rows = 0;
    for (const { ids, batch } of parts) {
      const present = new Set(batch.schema.fields.map((field) => field.name));
      const arrays = this.columns.map(({ name }) => (present.has(name) ? values(batch, name) : null));
      for (let from = 0; from < batch.numRows; ) {
        const to = Math.min(batch.numRows, from + CHUNK_ROWS - rows);
        slices.push({ ids, arrays, at: rows, from, to });
        rows += to - from;
        from = to;
        if (rows < CHUNK_ROWS) continue;
        appender.appendDataChunk(this.#chunk(slices, rows));
        slices = [];
        rows = 0;
      }
    }
    if (rows > 0) appender.appendDataChunk(this.#chunk(slices, rows));
  }

  #chunk(slices: readonly Slice[], rows: number): DuckDBDataChunk {
    const filler = this.#filler;
    const chunk = filler.start(rows);
    for (let i = 0; i < this.#idCount; i++) {
      const column = filler.column(i);
      for (const { ids, at, from, to } of slices) column.fill(at, to - from, ids[i]!);
      column.flush();
    }
    this.columns.forEach(({ kind }, c) => {
      const column = filler.column(this.#idCount + c);
      for (const { arrays, at, from, to } of slices) {
        const array = arrays[c]?.subarray(from, to);
        if (array === undefined) column.fillNull(at, to - from);
        else if (kind === 'time') column.times(at, array as Float64Array);
        else if (kind === 'number') column.numbers(at, array as Float64Array);
        else column.integers(at, array);
      }
      column.flush();
    });
    return chunk;
  }
}

/**
 * Appends a few rows, one value at a time, in the order of the table's columns.
 *
 * @param kinds `n`: DOUBLE, `i`: INTEGER, `l`: BIGINT, `t`: VARCHAR, `b`: BLOB, one letter a column
 */
export async function appendRows(
  connection: DuckDBConnection,
  table: string,
  kinds: string,
  rows: readonly (readonly Cell[])[],
  catalog: string | null = null,
): Promise<void> {
  if (rows.length === 0) return;
  await withAppender(connection, table, catalog, (appender) => {
    for (const row of rows) {
      for (let i = 0; i < row.length; i++) appendCell(appender, kinds[i]!, row[i]!);
      appender.endRow();
    }
  });
}

function appendCell(appender: DuckDBAppender, kind: string, cell: Cell): void {
  if (cell === null) appender.appendNull();
  else if (kind === 'n') appender.appendDouble(cell as number);
  else if (kind === 'i') appender.appendInteger(cell as number);
  else if (kind === 'l') appender.appendBigInt(BigInt(cell as number));
  else if (kind === 't') appender.appendVarchar(cell as string);
  else appender.appendBlob(cell as Uint8Array);
}

async function withAppender(
  connection: DuckDBConnection,
  table: string,
  catalog: string | null,
  fill: (appender: DuckDBAppender) => void,
): Promise<void> {
  const appender = await connection.createAppender(table, null, catalog);
  let isFilled = false;
  try {
    fill(appender);
    appender.flushSync();
    isFilled = true;
  } finally {
    // Closing flushes: what a failed fill left behind must not come after its error.
    if (!isFilled) appender.clear();
    appender.closeSync();
  }
}
