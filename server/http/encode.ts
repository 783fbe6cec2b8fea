import type { RecordBatch } from 'apache-arrow';
import { type Cell, cellReaders, encodeArrow, encodeCsv } from '../../warehouse/index.js';
import type { ListFormat } from '../api/route.js';

const PIECE_LENGTH = 1 << 16;
const encoder = new TextEncoder();

/** Batches in a format, piece by piece at the reader's pace. */
export async function* encodeList(
  format: ListFormat,
  batches: AsyncIterable<RecordBatch>,
  nextCursor: string | null,
): AsyncGenerator<Uint8Array> {
  if (format === 'arrow') yield* encodeArrow(batches, 'stream');
  else
    for await (const piece of format === 'csv' ? encodeCsv(batches) : encodeJson(batches, nextCursor))
      yield encoder.encode(piece);
}

/** `{"data":[...],"next_cursor":...}` */
async function* encodeJson(
  batches: AsyncIterable<RecordBatch>,
  nextCursor: string | null,
): AsyncGenerator<string> {
  let piece = '{"data":[';
  let isFirst = true;
  for await (const batch of batches) {
    const readers = cellReaders(batch);
    const heads = batch.schema.fields.map(({ name }, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    for (let row = 0; row < batch.numRows; row++) {
      if (!isFirst) piece += ',';
      isFirst = false;
      for (let c = 0; c < readers.length; c++) piece += heads[c]! + jsonCell(readers[c]!(row));
      piece += '}';
      if (piece.length < PIECE_LENGTH) continue;
      yield piece;
      piece = '';
    }
  }
  yield `${piece}],"next_cursor":${JSON.stringify(nextCursor)}}`;
}

function jsonCell(cell: Cell): string {
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : 'null';
  return typeof cell === 'bigint' ? String(cell) : JSON.stringify(cell);
}
