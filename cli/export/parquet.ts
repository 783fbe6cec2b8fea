import { rmSync } from 'node:fs';
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  VARCHAR,
} from '@duckdb/node-api';
import { DataType, type Field, type RecordBatch } from 'apache-arrow';
import { type Cell, cellReaders } from '../../warehouse/index.js';
import { onSuddenEnd } from '../interruption.js';

const CHUNK_ROWS = 2048;

/**
 * Writes batches as a Parquet file. DuckDB writes Parquet from tables only, and the warehouse's own instance may not
 * touch other files, so the rows pass through a scratch database beside the file, which spills to disk.
 *
 * @param path nothing may be there
 */
export async function writeParquet(
  batches: AsyncIterable<RecordBatch>,
  path: string,
  memoryLimit: string,
): Promise<void> {
  const scratch = `${path}.scratch`;
  const clean = (): void => {
    for (const file of [scratch, `${scratch}.wal`, `${scratch}.tmp`])
      rmSync(file, { recursive: true, force: true });
  };
  const release = onSuddenEnd(clean);
  try {
    const instance = await DuckDBInstance.create(scratch, { memory_limit: memoryLimit, threads: '1' });
    try {
      const connection = await instance.connect();
      await fill(connection, batches);
      await connection.run(
        `COPY exported TO '${path.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`,
      );
      connection.closeSync();
    } finally {
      instance.closeSync();
    }
  } finally {
    clean();
    release();
  }
}

async function fill(connection: DuckDBConnection, batches: AsyncIterable<RecordBatch>): Promise<void> {
  let types: DuckDBType[] | null = null;
  for await (const batch of batches) {
    if (types === null) {
      types = batch.schema.fields.map(columnType);
      const columns = batch.schema.fields.map(
        ({ name }, c) => `"${name.replaceAll('"', '""')}" ${types![c]!}`,
      );
      await connection.run(`CREATE TABLE exported (${columns.join(', ')})`);
    }
    const appender = await connection.createAppender('exported');
    const readers = cellReaders(batch);
    for (let start = 0; start < batch.numRows; start += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, batch.numRows - start);
      const chunk = DuckDBDataChunk.create(types, rows);
      readers.forEach((read, c) => {
        const isBigint = types![c] === BIGINT;
        const column = Array.from({ length: rows }, (_, r) => toValue(read(start + r), isBigint));
        chunk.setColumnValues(c, column);
      });
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }
}

function columnType({ type }: Field): DuckDBType {
  if (DataType.isFloat(type)) return DOUBLE;
  if (DataType.isInt(type)) return BIGINT;
  if (DataType.isBool(type)) return BOOLEAN;
  return VARCHAR;
}

function toValue(cell: Cell, isBigint: boolean): DuckDBValue {
  return isBigint && typeof cell === 'number' ? BigInt(cell) : cell;
}
