import { DuckDBDataChunk, type DuckDBType, type DuckDBVector } from '@duckdb/node-api';
import type { ColumnArray } from '../columns.js';

/** Rows of a DuckDB vector. */
export const CHUNK_ROWS = 2048;
const ALL_VALID = 0xffff_ffff_ffff_ffffn;

/**
 * The memory of a fixed-width vector. node-api hides `items` and `validity`, but they are its only bulk path: setting a
 * typed array is 5 times faster than values one by one (FIELDNOTES). The version of the driver is pinned for that.
 */
interface RawVector {
  readonly items: ColumnArray | Int32Array;
  readonly validity: { data: BigUint64Array | null };
  flush(): void;
}

/** The values of column `index`: a copy of DuckDB's memory that stays valid. Null slots hold anything. */
export function vectorItems(chunk: DuckDBDataChunk, index: number): ColumnArray {
  return raw(chunk.getColumnVector(index)).items as ColumnArray;
}

/** The values of a numeric column as doubles, NULL as NaN. BIGINTs are whole up to 2^53. */
export function readNumbers(chunk: DuckDBDataChunk, index: number, target: Float64Array): void {
  const { items, validity } = raw(chunk.getColumnVector(index));
  if (items instanceof BigInt64Array) {
    // As two halves of 32 bits, since a BigInt a value costs 20 times that.
    const words = new Int32Array(items.buffer, items.byteOffset, 2 * items.length);
    for (let i = 0; i < target.length; i++)
      target[i] = words[2 * i + 1]! * 4_294_967_296 + (words[2 * i]! >>> 0);
  } else target.set(items as Float64Array);
  const { data } = validity;
  if (data === null) return;
  const words = new Uint32Array(data.buffer, data.byteOffset, 2 * data.length);
  for (let i = 0; i < target.length; i++)
    if (((words[i >>> 5]! >>> (i & 31)) & 1) === 0) target[i] = Number.NaN;
}

function raw(vector: DuckDBVector): RawVector {
  return vector as unknown as RawVector;
}

/**
 * A chunk that is filled again and again: making one costs ten times the filling. The full chunk is kept, a shorter last
 * one is made when it is needed.
 */
export class ChunkFiller {
  readonly #types: readonly DuckDBType[];
  #full: DuckDBDataChunk | null = null;
  #chunk: DuckDBDataChunk | null = null;

  constructor(types: readonly DuckDBType[]) {
    this.#types = types;
  }

  /** The next chunk, of `rows` rows; every column must be filled again. */
  start(rows: number): DuckDBDataChunk {
    if (rows === CHUNK_ROWS) this.#full ??= DuckDBDataChunk.create(this.#types, CHUNK_ROWS);
    this.#chunk = rows === CHUNK_ROWS ? this.#full! : DuckDBDataChunk.create(this.#types, rows);
    return this.#chunk;
  }

  #vector(index: number): RawVector {
    return raw(this.#chunk!.getColumnVector(index));
  }

  /** An id in every row. */
  fill(index: number, id: number): void {
    const vector = this.#vector(index);
    (vector.items as Int32Array).fill(id);
    vector.flush();
  }

  /** NULL in every row. */
  fillNull(index: number): void {
    const vector = this.#vector(index);
    validityOf(vector).fill(0n);
    vector.flush();
  }

  /** Whole milliseconds as BIGINT: written as two halves of 32 bits, since a BigInt a value costs 20 times that. */
  times(index: number, values: Float64Array): void {
    const vector = this.#vector(index);
    const items = vector.items;
    const words = new Int32Array(items.buffer, items.byteOffset, 2 * items.length);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const high = Math.floor(value / 4_294_967_296);
      if (Number.isNaN(high))
        throw new Error('warehouse: a time is unknown; times and durations are whole ms');
      words[2 * i] = value - high * 4_294_967_296;
      words[2 * i + 1] = high;
    }
    vector.flush();
  }

  /** Doubles, NaN as NULL. */
  numbers(index: number, values: Float64Array): void {
    const vector = this.#vector(index);
    (vector.items as Float64Array).set(values);
    if (vector.validity.data !== null) vector.validity.data.fill(ALL_VALID);
    markUnknown(vector, values);
    vector.flush();
  }

  /** Flags, small integers, masks: as they are. */
  integers(index: number, values: ColumnArray): void {
    const vector = this.#vector(index);
    (vector.items as Int32Array).set(values as unknown as Int32Array);
    vector.flush();
  }
}

function validityOf(vector: RawVector): BigUint64Array {
  vector.validity.data ??= new BigUint64Array(Math.ceil(vector.items.length / 64)).fill(ALL_VALID);
  return vector.validity.data;
}

function markUnknown(vector: RawVector, values: Float64Array): void {
  let words: Uint32Array | null = null;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) continue;
    if (words === null) {
      const data = validityOf(vector);
      words = new Uint32Array(data.buffer, data.byteOffset, 2 * data.length);
    }
    words[i >>> 5]! &= ~(1 << (i & 31));
  }
}
