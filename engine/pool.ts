import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { builtFile } from '../warehouse/index.js';
import { createPool } from './create-pool.js';
import type { ComputePool } from './task.js';
import { packTask, type ResultMessage, type TaskMessage, unpackResult } from './wire.js';

/**
 * Threads that pay by default: one less than the cores, at least 1. The caller's thread and DuckDB's own write all the
 * while, and every thread compiles the kernels for itself (about 0.7 s).
 */
export function defaultThreads(): number {
  return Math.max(1, availableParallelism() - 1);
}

/**
 * Partitions to have under way: with two more than threads, a thread that ends a chunk finds the next one waiting, and one
 * partition is written meanwhile. A chunk needs the one before it, so fewer leave threads idle for a message's way.
 */
export function partitionsUnderWay(threads: number): number {
  return threads === 0 ? 1 : threads + 2;
}

/** Chunks that a thread is given at once: one to compute, and one that lies ready when it is done. */
const CHUNKS_AT_THREAD = 2;

/**
 * A Piscina pool of `threads` workers (built JavaScript: dist/engine/worker.js). Klines, facts and
 * what a chunk hands to the next lie on shared memory.
 *
 * The caller bounds how many chunks are under way (recompute.ts); the pool's own queue is not used for back-pressure.
 */
export function createThreadPool(threads: number): ComputePool {
  const piscina = new Piscina<TaskMessage, ResultMessage>({
    filename: builtFile('engine/worker.js'),
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: CHUNKS_AT_THREAD,
    recordTiming: false,
  });
  // A second worker that dies of memory makes the pool emit 'error'; the task's own rejection carries the message.
  piscina.on('error', () => {});
  return createPool(
    threads,
    async (task) => unpackResult(await piscina.run(packTask(task)), task),
    () => piscina.close({ force: true }),
  );
}
