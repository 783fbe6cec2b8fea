import type { Kernel, Params } from './kernel.js';

/** Columns of a kline that a kernel or a metric may name. The first five can be named like indicators (SPEC 3). */
export const KLINE_INPUTS = [
  'OPEN',
  'HIGH',
  'LOW',
  'CLOSE',
  'VOLUME',
  'OPEN_TIME',
  'CLOSE_TIME',
  'TAKER_BUY_BASE',
] as const;
export type KlineInput = (typeof KLINE_INPUTS)[number];

/** Names that a metric may use for `indicator` or `reference` besides the codes. */
export const KLINE_CODES = ['OPEN', 'HIGH', 'LOW', 'CLOSE', 'VOLUME'] as const;

/** One output of a run: the code that is stored, its permanent number, and a sentence about it. */
export interface CodeSpec {
  readonly code: string;
  /** Permanent: never reused, never changed. */
  readonly number: number;
  readonly title: string;
}

/**
 * One row of the catalog: a kernel, its parameters, what its input slots are bound to, and the codes of its outputs
 * (null: an output that is not stored under a code).
 */
export interface CatalogRow {
  readonly kernel: Kernel;
  readonly params: Params;
  /** A kline column or another code for each of `kernel.inputs`. */
  readonly inputs: readonly string[];
  /** One entry for each of `kernel.outputs`. */
  readonly codes: readonly (CodeSpec | null)[];
}
