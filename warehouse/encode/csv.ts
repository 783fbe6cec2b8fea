import type { RecordBatch } from 'apache-arrow';
import { type Cell, cellReaders } from './cells.js';

const NEEDS_QUOTES = /[",\r\n]/;
/** Text handed on at a time: large enough to write well, small beside a batch. */
const PIECE_LENGTH = 1 << 16;

/**
 * Batches as CSV (RFC 4180, line feeds): a header of column names, numbers as `String(x)`, booleans 1 and 0, unknown
 * empty.
 */
export async function* encodeCsv(batches: AsyncIterable<RecordBatch>): AsyncGenerator<string> {
  let hasHeader = false;
  for await (const batch of batches) {
    if (!hasHeader) yield `${batch.schema.fields.map((field) => encodeCell(field.name)).join(',')}\n`;
    hasHeader = true;
    yield* encodeBatch(batch);
  }
}

function* encodeBatch(batch: RecordBatch): Generator<string> {
  const readers = cellReaders(batch);
  let piece = '';
  for (let row = 0; row < batch.numRows; row++) {
    for (let c = 0; c < readers.length; c++) {
      if (c > 0) piece += ',';
      piece += encodeCell(readers[c]!(row));
    }
    piece += '\n';
    if (piece.length >= PIECE_LENGTH) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

function encodeCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  return String(cell);
}
