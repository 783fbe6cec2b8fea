import { type Data, Field, Float64, makeData, RecordBatch, Schema, Struct, Utf8 } from 'apache-arrow';

/** Texts of a column: row i is `[index[i]]` of both, as a string and in UTF-8; null is NULL. */
export interface Texts {
  readonly strings: readonly (string | null)[];
  readonly values: readonly (Uint8Array | null)[];
  readonly index: Int32Array;
}

/** A column as people read it. NaN is NULL. */
export type LogicalValues = Float64Array | Texts;

export interface NamedValues {
  readonly name: string;
  readonly values: LogicalValues;
}

/** Columns of the same rows. */
export interface LogicalTable {
  readonly rows: number;
  readonly columns: readonly NamedValues[];
}

const encoder = new TextEncoder();

/** Encodes when somebody asks: who writes JSON never does. */
class StringTexts implements Texts {
  readonly strings: readonly (string | null)[];
  readonly index: Int32Array;
  #values: readonly (Uint8Array | null)[] | undefined;

  constructor(strings: readonly (string | null)[], index: Int32Array) {
    this.strings = strings;
    this.index = index;
  }

  get values(): readonly (Uint8Array | null)[] {
    this.#values ??= this.strings.map((text) => (text === null ? null : encoder.encode(text)));
    return this.#values;
  }
}

/** The same text in every row. */
export function constantText(value: string, rows: number): Texts {
  return new StringTexts([value], new Int32Array(rows));
}

/** Texts from an array of strings. */
export function textsOf(strings: readonly (string | null)[]): Texts {
  return new StringTexts(
    strings,
    Int32Array.from(strings, (_, i) => i),
  );
}

export type LogicalCell = string | number | null;

/** The rows as objects. For some hundred. */
export function recordsOf({ rows, columns }: LogicalTable): Record<string, LogicalCell>[] {
  const readers = columns.map(({ name, values }): [string, (row: number) => LogicalCell] => {
    if (values instanceof Float64Array)
      return [name, (row) => (Number.isNaN(values[row]) ? null : values[row]!)];
    const { strings, index } = values;
    return [name, (row) => strings[index[row]!]!];
  });
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(readers.map(([name, read]) => [name, read(row)])),
  );
}

/** The rows of `index`, in that order. */
export function gather(values: LogicalValues, index: Int32Array): LogicalValues {
  if (values instanceof Float64Array) {
    const gathered = new Float64Array(index.length);
    for (let i = 0; i < index.length; i++) gathered[i] = values[index[i]!]!;
    return gathered;
  }
  return new StringTexts(
    values.strings,
    index.map((row) => values.index[row]!),
  );
}

/** Distinct texts by a key, each encoded once. */
export class TextTable<Key> {
  readonly #strings: (string | null)[] = [];
  readonly #values: (Uint8Array | null)[] = [];
  readonly #rows = new Map<Key, number>();
  readonly #textOf: (key: Key) => string | null;

  constructor(textOf: (key: Key) => string | null) {
    this.#textOf = textOf;
  }

  /** Texts of the rows of `keys`. */
  texts(keys: ArrayLike<Key>): Texts {
    const index = new Int32Array(keys.length);
    for (let i = 0; i < keys.length; i++) index[i] = this.#row(keys[i]!);
    return { strings: this.#strings, values: this.#values, index };
  }

  #row(key: Key): number {
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const text = this.#textOf(key);
    const row = this.#strings.push(text) - 1;
    this.#values.push(text === null ? null : encoder.encode(text));
    this.#rows.set(key, row);
    return row;
  }
}

/** An Arrow batch of Float64 and Utf8 columns with real nulls. Numbers share the memory of `columns`. */
export function logicalBatch(columns: readonly NamedValues[], rows: number): RecordBatch {
  const children = columns.map(({ values }) =>
    values instanceof Float64Array ? numberData(values.subarray(0, rows)) : textData(values, rows),
  );
  const schema = new Schema(columns.map(({ name }, i) => new Field(name, children[i]!.type, true)));
  const data = makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children });
  return new RecordBatch(schema, data);
}

function numberData(values: Float64Array): Data {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8));
  let nullCount = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) nullCount++;
    else nullBitmap[i >> 3]! |= 1 << (i & 7);
  }
  const nulls = nullCount === 0 ? {} : { nullBitmap };
  return makeData({ type: new Float64(), length: values.length, nullCount, data: values, ...nulls });
}

function textData({ values, index }: Texts, rows: number): Data {
  const nullBitmap = new Uint8Array(Math.ceil(rows / 8));
  const valueOffsets = new Int32Array(rows + 1);
  let nullCount = 0;
  for (let i = 0; i < rows; i++) {
    const value = values[index[i]!]!;
    valueOffsets[i + 1] = valueOffsets[i]! + (value?.length ?? 0);
    if (value === null) nullCount++;
    else nullBitmap[i >> 3]! |= 1 << (i & 7);
  }
  const data = new Uint8Array(valueOffsets[rows]!);
  if (values.length === 1) fillRepeated(data, values[0]!);
  else
    for (let i = 0; i < rows; i++) {
      const value = values[index[i]!]!;
      if (value !== null) data.set(value, valueOffsets[i]!);
    }
  const nulls = nullCount === 0 ? {} : { nullBitmap };
  return makeData({ type: new Utf8(), length: rows, nullCount, valueOffsets, data, ...nulls });
}

/** Fills `data` with copies of `value`, by doubling: a copy a row is twenty times slower. */
function fillRepeated(data: Uint8Array, value: Uint8Array | null): void {
  if (value === null || data.length === 0) return;
  data.set(value);
  for (let filled = value.length; filled < data.length; filled *= 2)
    data.copyWithin(filled, 0, Math.min(filled, data.length - filled));
}
