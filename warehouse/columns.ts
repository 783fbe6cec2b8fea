import {
  type Data,
  Field,
  Float64,
  Int8,
  Int16,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Uint8,
} from 'apache-arrow';

/**
 * Kinds of columns that travel between rooms. Numbers and times are Float64 (a time is exact to 2^53 ms), unknown is NaN
 * and becomes NULL in the warehouse; masks are 64-bit words.
 */
export type ColumnKind = 'time' | 'number' | 'flag' | 'tiny' | 'small' | 'mask';

export type ColumnArray = Float64Array | Uint8Array | Int8Array | Int16Array | BigInt64Array;

const ARROW = {
  time: () => new Float64(),
  number: () => new Float64(),
  flag: () => new Uint8(),
  tiny: () => new Int8(),
  small: () => new Int16(),
  mask: () => new Int64(),
};

export interface ColumnSpec {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** Schemas of lists of columns: few lists are used for as many batches as there are bars in a stream. */
const SCHEMAS = new WeakMap<readonly ColumnSpec[], Schema>();

function schemaOf(specs: readonly ColumnSpec[]): Schema {
  let schema = SCHEMAS.get(specs);
  if (schema === undefined) {
    schema = new Schema(specs.map((spec) => new Field(spec.name, ARROW[spec.kind](), false)));
    SCHEMAS.set(specs, schema);
  }
  return schema;
}

/**
 * An Arrow record batch over the given arrays. Zero-copy: the batch shares their memory, a SharedArrayBuffer included.
 *
 * @param arrays one a spec, at least `numRows` long; longer ones are cut to a view
 */
export function makeBatch(
  specs: readonly ColumnSpec[],
  arrays: readonly ColumnArray[],
  numRows: number,
): RecordBatch {
  const schema = schemaOf(specs);
  const children = specs.map((_, i): Data => {
    const data = arrays[i]!.subarray(0, numRows);
    // One cast: the union of column types has no common overload.
    return makeData({
      type: schema.fields[i]!.type as Float64,
      length: numRows,
      nullCount: 0,
      data: data as Float64Array,
    });
  });
  const data = makeData({ type: new Struct(schema.fields), length: numRows, nullCount: 0, children });
  return new RecordBatch(schema, data);
}

/** The array under a Float64 column of `batch`: no copy. */
export function numbers(batch: RecordBatch, name: string): Float64Array {
  return values(batch, name) as Float64Array;
}

/** The array under a column of `batch`: no copy. @throws Error when the batch has no such column */
export function values(batch: RecordBatch, name: string): ColumnArray {
  const index = batch.schema.fields.findIndex((field) => field.name === name);
  if (index < 0)
    throw new Error(
      `columns: no column '${name}'; the batch has ${batch.schema.fields.map((f) => f.name).join(', ')}`,
    );
  const data = batch.data.children[index]!;
  return (data.values as ColumnArray).subarray(0, batch.numRows) as ColumnArray;
}
