import type { RecordBatch } from 'apache-arrow';
import { makeBatch, RESULT_COLUMNS } from '../warehouse/index.js';
import type { FactColumns } from './task.js';

/**
 * Results as they come from a worker, all Float64: `RESULT_COLUMNS`, then the two extremes before the exit, which are
 * needed to finish a contested exit with finer bars and are not stored.
 */
export const WALKED_RESULT_COLUMNS = [
  ...RESULT_COLUMNS,
  { name: 'max_before_exit_pct', kind: 'number' },
  { name: 'min_before_exit_pct', kind: 'number' },
] as const;

/** The stored columns of walked results, each of its own kind. */
export function resultBatch({ arrays, rows }: FactColumns): RecordBatch {
  const stored = RESULT_COLUMNS.map(({ kind }, c) => {
    const column = arrays[c] as Float64Array;
    if (kind === 'flag') return Uint8Array.from(column);
    return kind === 'tiny' ? Int8Array.from(column) : column;
  });
  return makeBatch(RESULT_COLUMNS, stored, rows);
}
