import { computeChunk } from './compute-chunk.js';
import { createPool } from './create-pool.js';
import type { ComputePool } from './task.js';
import { jobText } from './wire.js';

/** The pool's interface without threads: `--threads 0`. */
export function createInlinePool(): ComputePool {
  return createPool(
    0,
    async (task) => computeChunk({ ...task, job: jobText(task.job) }),
    async () => {},
  );
}
