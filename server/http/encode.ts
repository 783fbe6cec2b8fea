import type { RecordBatch } from 'apache-arrow';
import {
  encodeArrow,
  encodeCsv,
  type LogicalTable,
  type LogicalValues,
  logicalBatch,
} from '../../warehouse/index.js';
import type { ListFormat } from '../api/route.js';

const PIECE_LENGTH = 1 << 16;
const encoder = new TextEncoder();

/** Rows in a format, piece by piece at the reader's pace. */
export async function* encodeList(
  format: ListFormat,
  tables: AsyncIterable<LogicalTable>,
  nextCursor: string | null,
): AsyncGenerator<Uint8Array> {
  if (format === 'arrow') yield* encodeArrow(batchesOf(tables), 'stream');
  else
    for await (const piece of format === 'csv'
      ? encodeCsv(batchesOf(tables))
      : encodeJson(tables, nextCursor))
      yield encoder.encode(piece);
}

async function* batchesOf(tables: AsyncIterable<LogicalTable>): AsyncGenerator<RecordBatch> {
  for await (const { columns, rows } of tables) yield logicalBatch(columns, rows);
}

/** `{"data":[...],"next_cursor":...}` */
async function* encodeJson(
  tables: AsyncIterable<LogicalTable>,
  nextCursor: string | null,
): AsyncGenerator<string> {
  let piece = '{"data":[';
  let isFirst = true;
  for await (const { columns, rows } of tables) {
    const cells = columns.map(({ values }) => jsonCells(values));
    const heads = columns.map(({ name }, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    for (let row = 0; row < rows; row++) {
      if (!isFirst) piece += ',';
      isFirst = false;
      for (let c = 0; c < cells.length; c++) piece += heads[c]! + cells[c]!(row);
      piece += '}';
      if (piece.length < PIECE_LENGTH) continue;
      yield piece;
      piece = '';
    }
  }
  yield `${piece}],"next_cursor":${JSON.stringify(nextCursor)}}`;
}

/** Cells of a column as JSON; a text is quoted once, however many rows have it, and only when one has it. */
function jsonCells(values: LogicalValues): (row: number) => string {
  if (values instanceof Float64Array)
    return (row) => (Number.isFinite(values[row]) ? String(values[row]) : 'null');
  const { strings, index } = values;
  const texts = new Array<string | undefined>(strings.length);
  return (row) => {
    const i = index[row]!;
    texts[i] ??= JSON.stringify(strings[i]);
    return texts[i]!;
  };
}
