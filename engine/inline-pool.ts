import { computeChunk } from './compute-chunk.js';
import type { ComputePool } from './task.js';

/** The pool's interface without threads: `--threads 0`. */
export function createInlinePool(): ComputePool {
  return {
    threads: 0,
    run: async (input) => computeChunk(input).output,
    close: async () => {},
  };
}
