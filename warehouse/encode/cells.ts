import { type Data, DataType, type RecordBatch, Vector } from 'apache-arrow';

/** A value of an exported row; null: unknown. */
export type Cell = string | number | bigint | boolean | null;

/** Reads one column of a batch by row. */
export type CellReader = (row: number) => Cell;

/** Readers of a batch's columns, in order. Numbers and texts are read from the buffers: `Vector.get` is far slower. */
export function cellReaders(batch: RecordBatch): CellReader[] {
  return batch.data.children.map(cellReader);
}

function cellReader(data: Data): CellReader {
  const read = valueReader(data);
  return data.nullCount === 0 ? read : (row) => (data.getValid(row) ? read(row) : null);
}

function valueReader(data: Data): CellReader {
  const { type } = data;
  if (DataType.isFloat(type) || DataType.isInt(type)) {
    const { values } = data;
    return (row) => values[row]!;
  }
  if (DataType.isUtf8(type)) return textReader(data);
  const vector = new Vector([data]);
  return (row) => plain(vector.get(row));
}

/** Texts of facts repeat from row to row (symbols, codes): the one before is decoded once. */
function textReader({ values, valueOffsets }: Data): CellReader {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  let from = 0;
  let to = 0;
  let text = '';
  return (row) => {
    const start = valueOffsets[row]!;
    const end = valueOffsets[row + 1]!;
    if (end - start === to - from && bytes.compare(bytes, from, to, start, end) === 0) return text;
    from = start;
    to = end;
    text = bytes.toString('utf8', start, end);
    return text;
  };
}

/** Lists are joined by `;` (SPEC 1). */
function plain(value: unknown): Cell {
  if (value instanceof Vector) return [...value].join(';');
  return value as Cell;
}
