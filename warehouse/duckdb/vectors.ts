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
 * A chunk that is filled again and again, column by column, each by one or several arrays: making one costs ten times the
 * filling. The vectors of a full chunk are kept too.
 */
export class ChunkFiller {
  readonly #types: readonly DuckDBType[];
  #full: DuckDBDataChunk | null = null;
  #rest: DuckDBDataChunk | null = null;
  #chunk: DuckDBDataChunk | null = null;

  constructor(types: readonly DuckDBType[]) {
    this.#types = types;
  }

  /** The next chunk, of `rows` rows; every row of every column must be filled again. */
  start(rows: number): DuckDBDataChunk {
    if (rows === CHUNK_ROWS) this.#chunk = this.#full ??= DuckDBDataChunk.create(this.#types, rows);
    else {
      this.#chunk = this.#rest ??= DuckDBDataChunk.create(this.#types);
      this.#chunk.rowCount = rows;
    }
    return this.#chunk;
  }

  /** Column `index` of the chunk. Its `flush` must come last. */
  column(index: number): ChunkColumn {
    return new ChunkColumn(raw(this.#chunk!.getColumnVector(index)));
  }
}

/** One column of a chunk that is filled. Rows are given by the number `at` of the first. */
class ChunkColumn {
  readonly #vector: RawVector;

  constructor(vector: RawVector) {
    this.#vector = vector;
    // What the chunk held before.
    vector.validity.data?.fill(ALL_VALID);
  }

  /** An id in `rows` rows. */
  fill(at: number, rows: number, id: number): void {
    (this.#vector.items as Int32Array).fill(id, at, at + rows);
  }

  /** NULL in `rows` rows. */
  fillNull(at: number, rows: number): void {
    const validity = wordsOf(this.#vector);
    for (let i = at; i < at + rows; i++) validity[i >>> 5]! &= ~(1 << (i & 31));
  }

  /** Whole milliseconds as BIGINT: written as two halves of 32 bits, since a BigInt a value costs 20 times that. */
  times(at: number, values: Float64Array): void {
    const { items } = this.#vector;
    const words = new Int32Array(items.buffer, items.byteOffset + 8 * at, 2 * values.length);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const high = Math.floor(value / 4_294_967_296);
      if (Number.isNaN(high))
        throw new Error('warehouse: a time is unknown; times and durations are whole ms');
      words[2 * i] = value - high * 4_294_967_296;
      words[2 * i + 1] = high;
    }
  }

  /** Doubles, NaN as NULL. */
  numbers(at: number, values: Float64Array): void {
    (this.#vector.items as Float64Array).set(values, at);
    let words: Uint32Array | null = null;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!Number.isNaN(value)) continue;
      words ??= wordsOf(this.#vector);
      words[(at + i) >>> 5]! &= ~(1 << ((at + i) & 31));
    }
  }

  /** Flags, small integers, masks: as they are. */
  integers(at: number, values: ColumnArray): void {
    (this.#vector.items as Int32Array).set(values as unknown as Int32Array, at);
  }

  flush(): void {
    this.#vector.flush();
  }
}

/** A bit a row, which says whether it is known. */
function wordsOf({ validity, items }: RawVector): Uint32Array {
  validity.data ??= new BigUint64Array(Math.ceil(items.length / 64)).fill(ALL_VALID);
  return new Uint32Array(validity.data.buffer, validity.data.byteOffset, 2 * validity.data.length);
}
