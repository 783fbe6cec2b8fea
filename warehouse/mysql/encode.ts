import type { ColumnArray, ColumnKind } from '../columns.js';

/** Bytes of one buffer: large enough to cost little, small enough to be sent while the next one is made. */
const CHUNK_BYTES = 131_072;

/** Rows as LOAD DATA reads them, in pieces that end with a row. */
export interface EncodedRows {
  readonly rows: number;
  readonly buffers: readonly Buffer[];
}

/**
 * Rows as lines of text for LOAD DATA: fields by `,`, rows by a line feed, unknown as `\N`. Doubles are written in the
 * shortest decimal form that reads back as the same bits. Nothing but numbers is written, so nothing needs escaping. Pure:
 * it may run on any thread, and what it returns may be moved.
 *
 * @param ids what every row begins with
 * @param arrays one a kind, `rows` long; null: a column without values
 * @param chunkBytes no buffer is longer than this and one row
 * @throws Error for an unknown time or an infinite number
 */
export function encodeRows(
  ids: readonly number[],
  kinds: readonly ColumnKind[],
  arrays: readonly (ColumnArray | null)[],
  rows: number,
  chunkBytes = CHUNK_BYTES,
): EncodedRows {
  const prefix = ids.map((id) => `${id},`).join('');
  const columns = kinds.map((kind, i) => fieldOf(kind, arrays[i] ?? null));
  const buffers: Buffer[] = [];
  let text = '';
  for (let row = 0; row < rows; row++) {
    let line = prefix + columns[0]!(row);
    for (let i = 1; i < columns.length; i++) line += `,${columns[i]!(row)}`;
    text += `${line}\n`;
    if (text.length >= chunkBytes) {
      buffers.push(Buffer.from(text, 'latin1'));
      text = '';
    }
  }
  if (text !== '') buffers.push(Buffer.from(text, 'latin1'));
  return { rows, buffers };
}

const UNKNOWN = '\\N';

type Field = (row: number) => string | number;

function fieldOf(kind: ColumnKind, array: ColumnArray | null): Field {
  if (array === null) return () => UNKNOWN;
  if (kind === 'number') return numberField(array as Float64Array);
  if (kind === 'time') return timeField(array as Float64Array);
  if (kind === 'mask') return maskField(array as BigInt64Array);
  const integers = array as Int16Array;
  return (row) => integers[row]!;
}

function numberField(values: Float64Array): Field {
  return (row) => {
    const value = values[row]!;
    if (Number.isNaN(value)) return UNKNOWN;
    if (value === 0) return Object.is(value, -0) ? '-0' : 0;
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
      throw new Error(`warehouse: ${value} cannot be stored`);
    return value;
  };
}

function timeField(values: Float64Array): Field {
  return (row) => {
    const value = values[row]!;
    if (Number.isNaN(value))
      throw new Error('warehouse: a time is unknown; times and durations are whole ms');
    return value;
  };
}

/** Two words a mask: a BigInt is only made for one that a double does not hold. */
function maskField(masks: BigInt64Array): Field {
  const words = new Uint32Array(masks.buffer, masks.byteOffset, 2 * masks.length);
  return (row) => {
    const high = words[2 * row + 1]!;
    return high < 0x20_0000 ? high * 4_294_967_296 + words[2 * row]! : masks[row]!.toString();
  };
}
