import {
  type Codec,
  CompressionType,
  compressionRegistry,
  type Data,
  type RecordBatch,
  RecordBatchReader,
  type Schema,
} from 'apache-arrow';
import { decompress as zstd } from 'fzstd';
import { type ColumnReader, columnReader, type ReadColumn } from './arrow-column.js';
import { arrowError, arrowFrames } from './arrow-frames.js';
import type { LocalChunk } from './chunk-builder.js';
import { type ColumnMap, findSlots } from './column-names.js';
import { type ColumnarOptions, type ColumnBatch, readBatches } from './columnar.js';
import { COLUMN } from './kline-chunk.js';
import { lz4Frame } from './lz4-frame.js';

const PREFIX_BYTES = 8;

/** Arrow's reader hands over the packed bytes alone; the length that stands before them bounds what is written. */
function unpackedLength(packed: Uint8Array): number {
  return Number(new DataView(packed.buffer, packed.byteOffset - PREFIX_BYTES).getBigInt64(0, true));
}

const LZ4: Codec = { decode: (packed) => lz4Frame(packed, unpackedLength(packed)) };
const ZSTD: Codec = {
  decode(packed) {
    const length = unpackedLength(packed);
    const output = zstd(packed, new Uint8Array(length));
    if (output.length !== length) throw new Error(`zstd of ${output.length} bytes instead of ${length}`);
    return output;
  },
};

export interface ArrowOptions extends ColumnarOptions {
  readonly map?: ColumnMap;
  /** Where the bytes stand on disk as they are, null when they come from anywhere else. */
  readonly path: string | null;
}

/**
 * Klines of an Arrow IPC file (feather version 2) or stream, columns found by their names.
 *
 * @throws UserError when it is cut off, damaged or too large, a column is missing, or one is of a wrong type
 */
export function readArrow(
  bytes: AsyncIterable<Uint8Array>,
  options: ArrowOptions,
): AsyncGenerator<LocalChunk> {
  return readBatches(columnBatches(bytes, options), options);
}

async function* columnBatches(
  bytes: AsyncIterable<Uint8Array>,
  { name, map, path }: ArrowOptions,
): AsyncGenerator<ColumnBatch> {
  // The codecs are one for the process; whoever else reads Arrow here gets the same.
  compressionRegistry.set(CompressionType.LZ4_FRAME, LZ4);
  compressionRegistry.set(CompressionType.ZSTD, ZSTD);
  try {
    const reader = await RecordBatchReader.from(arrowFrames(name, bytes, path));
    await reader.open();
    const columns = schemaReaders(name, reader.schema, map);
    for await (const batch of reader) yield columnBatch(batch, columns);
  } catch (error) {
    throw arrowError(name, error);
  }
}

interface SchemaColumn {
  readonly index: number;
  readonly read: ColumnReader;
}

function schemaReaders(name: string, schema: Schema, map?: ColumnMap): (SchemaColumn | null)[] {
  const names = schema.fields.map((field) => field.name);
  return findSlots(name, names, map).map((index, slot) => {
    if (index < 0) return null;
    const isTime = slot === COLUMN.OPEN_TIME || slot === COLUMN.CLOSE_TIME;
    return { index, read: columnReader(name, schema.fields[index]!, isTime) };
  });
}

function columnBatch(batch: RecordBatch, columns: readonly (SchemaColumn | null)[]): ColumnBatch {
  const found: (ReadColumn | null)[] = columns.map((column) =>
    column === null ? null : column.read(batch.data.children[column.index] as Data, batch.numRows),
  );
  return {
    rows: batch.numRows,
    columns: found.map((column) => column?.values ?? null),
    texts: found.map((column) => column?.text ?? null),
  };
}
