import {
  BIGINT,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBType,
  INTEGER,
  SMALLINT,
  TINYINT,
  UTINYINT,
} from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import { type ColumnKind, type ColumnSpec, values } from '../columns.js';
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

/**
 * Appends batches to one table of a connection, 2,048 rows at a time. The table's columns are `idCount` ids and then
 * `columns`, in this order; a column that a batch lacks becomes NULL.
 */
export class BulkAppender {
  readonly #connection: DuckDBConnection;
  readonly #table: string;
  readonly #catalog: string | null;
  readonly #idCount: number;
  readonly #columns: readonly ColumnSpec[];
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
    this.#columns = columns;
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
  async appendAll(
    parts: readonly { readonly ids: readonly number[]; readonly batch: RecordBatch }[],
  ): Promise<void> {
    await withAppender(this.#connection, this.#table, this.#catalog, (appender) => {
      for (const { ids, batch } of parts) this.#fill(appender, ids, batch);
    });
  }

  #fill(appender: DuckDBAppender, ids: readonly number[], batch: RecordBatch): void {
    const present = new Set(batch.schema.fields.map((field) => field.name));
    const arrays = this.#columns.map(({ name }) => (present.has(name) ? values(batch, name) : null));
    const filler = this.#filler;
    for (let start = 0; start < batch.numRows; start += CHUNK_ROWS) {
      const end = Math.min(batch.numRows, start + CHUNK_ROWS);
      const chunk = filler.start(end - start);
      for (let i = 0; i < this.#idCount; i++) filler.fill(i, ids[i]!);
      for (let i = 0; i < arrays.length; i++) {
        const index = this.#idCount + i;
        const array = arrays[i]!;
        const { kind } = this.#columns[i]!;
        if (array === null) filler.fillNull(index);
        else if (kind === 'time') filler.times(index, (array as Float64Array).subarray(start, end));
        else if (kind === 'number') filler.numbers(index, (array as Float64Array).subarray(start, end));
        else filler.integers(index, array.subarray(start, end));
      }
      appender.appendDataChunk(chunk);
    }
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
