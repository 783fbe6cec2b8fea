import type { RecordBatch } from 'apache-arrow';
import { KLINE_INPUTS, type KlineInput } from '../kernels/index.js';
import { KLINE_COLUMNS, numbers } from '../warehouse/index.js';

/** Column of a kline batch that is the kernels' input of that name. */
export function columnOfInput(input: KlineInput): string {
  return input.toLowerCase();
}

/** The arrays of a kline batch in the order of `KLINE_COLUMNS`: views, no copy. */
export function klineArrays(batch: RecordBatch): Float64Array[] {
  return KLINE_COLUMNS.map(({ name }) => numbers(batch, name));
}

/** The arrays that the pipeline takes, in the order of `KLINE_INPUTS`: views, no copy. */
export function inputArrays(batch: RecordBatch): Float64Array[] {
  return KLINE_INPUTS.map((input) => numbers(batch, columnOfInput(input)));
}
