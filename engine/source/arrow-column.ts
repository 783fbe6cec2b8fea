import { type Data, DataType, DateUnit, type Field, TimeUnit } from 'apache-arrow';
import { UserError } from '../errors.js';
import { UNREADABLE } from './columnar.js';
import { parseDecimal } from './decimal.js';

const ALLOWED = 'float64, an integer or text that holds decimal numbers';

/** Values of a column as numbers, NULL as NaN; the text of its cells where it is text. */
export interface ReadColumn {
  readonly values: Float64Array;
  readonly text: ((row: number) => string) | null;
}

export type ColumnReader = (data: Data, rows: number) => ReadColumn;

/**
 * How to read a column.
 *
 * @param isTime timestamps and dates are allowed too
 * @throws UserError that names column, type and what is allowed
 */
export function columnReader(file: string, field: Field, isTime: boolean): ColumnReader {
  const { type } = field;
  if (DataType.isFloat(type) && type.precision === 2) return numeric((data) => data.values as Float64Array);
  if (DataType.isInt(type)) {
    if (type.bitWidth < 64) return numeric((data) => Float64Array.from(data.values as Int32Array));
    return numeric((data) => wide(data.values as BigInt64Array, type.isSigned));
  }
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return textual;
  if (isTime && DataType.isTimestamp(type)) {
    const scale = MS_OF_UNIT[type.unit as TimeUnit];
    return numeric((data) => scaled(wide(data.values as unknown as BigInt64Array, true), scale));
  }
  if (isTime && DataType.isDate(type))
    return numeric((data) =>
      type.unit === DateUnit.DAY
        ? scaled(Float64Array.from(data.values as Int32Array), 86_400_000)
        : wide(data.values as unknown as BigInt64Array, true),
    );
  throw new UserError(
    `load: column '${field.name}' of '${file}' is ${type}; allowed is ${ALLOWED}${isTime ? ', a timestamp or a date' : ''}`,
  );
}

const MS_OF_UNIT: Readonly<Record<TimeUnit, number>> = {
  [TimeUnit.SECOND]: 1000,
  [TimeUnit.MILLISECOND]: 1,
  [TimeUnit.MICROSECOND]: 1e-3,
  [TimeUnit.NANOSECOND]: 1e-6,
};

/** 64-bit integers, exact to 2^53: two halves, since a BigInt a value costs ten times that. */
function wide(values: BigInt64Array | BigUint64Array | Int32Array, isSigned: boolean): Float64Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  const out = new Float64Array(words.length / 2);
  for (let i = 0; i < out.length; i++) {
    const high = words[2 * i + 1]!;
    out[i] = (isSigned ? high | 0 : high) * 4_294_967_296 + words[2 * i]!;
  }
  return out;
}

/** Times in ms, rounded down. */
function scaled(values: Float64Array, scale: number): Float64Array {
  if (scale < 1)
    for (let i = 0; i < values.length; i++) values[i] = Math.floor(values[i]! / Math.round(1 / scale));
  else if (scale > 1) for (let i = 0; i < values.length; i++) values[i] = values[i]! * scale;
  return values;
}

function numeric(read: (data: Data) => Float64Array): ColumnReader {
  return (data, rows) => {
    const found = read(data);
    if (found.length < rows) throw new Error(`a column of ${found.length} values in a batch of ${rows} rows`);
    return { values: withoutNulls(found.subarray(0, rows), data, rows), text: null };
  };
}

const textual: ColumnReader = (data, rows) => {
  // Offsets of LargeUtf8 are BigInts; none can lie beyond the batch, which is far below 2^53.
  const offsets = Float64Array.from(data.valueOffsets as Int32Array, Number);
  const bytes = Buffer.from(data.values.buffer, data.values.byteOffset, data.values.byteLength);
  if (offsets.length < rows + 1)
    throw new Error(`${offsets.length} offsets of text in a batch of ${rows} rows`);
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    if (!(start >= 0 && start <= end && end <= bytes.length)) throw new Error('text outside its column');
    values[row] = textValue(bytes, start, end);
  }
  return {
    values: withoutNulls(values, data, rows),
    text: (row) => bytes.toString('utf8', offsets[row], offsets[row + 1]),
  };
};

/** A decimal literal as in CSV: blanks around it are fine, nothing at all is unknown. */
function textValue(bytes: Buffer, start: number, end: number): number {
  let from = start;
  let to = end;
  while (from < to && isBlank(bytes[from]!)) from++;
  while (to > from && isBlank(bytes[to - 1]!)) to--;
  if (from === to) return Number.NaN;
  const value = parseDecimal(bytes, from, to);
  return Number.isFinite(value) ? value : UNREADABLE;
}

const isBlank = (byte: number): boolean => byte === 32 || byte === 9;

/** NULL as NaN; the file's own memory is not written to. */
function withoutNulls(values: Float64Array, data: Data, rows: number): Float64Array {
  if (data.nullCount === 0) return values;
  const { nullBitmap } = data;
  if (nullBitmap === undefined || nullBitmap.length * 8 < rows)
    throw new Error('a column with NULLs does not say where they are');
  const out = Float64Array.from(values);
  for (let row = 0; row < rows; row++)
    if ((nullBitmap[row >> 3]! & (1 << (row & 7))) === 0) out[row] = Number.NaN;
  return out;
}
