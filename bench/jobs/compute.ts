import { Worker } from 'node:worker_threads';
import { type ComputePool, createThreadPool, partitionsUnderWay } from '../../engine/index.js';
import { loadKlines } from '../corpus.js';
import type { Series } from '../klines.js';
import {
  type Computed,
  type ComputeWork,
  type CopyInput,
  computePartition,
  share,
  WARM_UP_ROWS,
} from './compute-work.js';

export interface ComputeArgs {
  readonly halves: readonly (readonly Series[])[];
  /** How often every partition is computed. */
  readonly repeats: number;
  /** Hash the facts (for the check; never under the clock). */
  readonly isHashed: boolean;
}

export interface ComputeResult extends Computed {
  readonly elapsedMs: number;
}

/** The series of two equal halves, one a thread. */
function halves(series: ComputeArgs['halves']): ComputeWork[][] {
  return series.map((half) => half.map((one) => share(loadKlines(one))));
}

/**
 * The whole chain over the thread pool, as many partitions under way as recompute has; facts come back and are dropped.
 */
export async function computePool({
  halves: series,
  repeats,
  isHashed,
}: ComputeArgs): Promise<ComputeResult> {
  const parts = halves(series);
  const threads = parts.length;
  const once = parts[0]!.flatMap((part, i) => [part, parts[1]![i]!]);
  const work = Array.from({ length: repeats }, () => once).flat();
  const pool = createThreadPool(threads);
  // Every thread has compiled its code before the clock starts, as every copy has.
  await Promise.all(
    Array.from({ length: 2 * threads }, (_, i) => computePartition(pool, once[i % 2]!, false, WARM_UP_ROWS)),
  );
  const start = performance.now();
  const computed = await computeAll(pool, work, partitionsUnderWay(threads), isHashed);
  const elapsedMs = performance.now() - start;
  await pool.close();
  return { ...computed, elapsedMs };
}

async function computeAll(
  pool: ComputePool,
  work: readonly ComputeWork[],
  underWay: number,
  isHashed: boolean,
): Promise<Computed> {
  const done: Computed[] = [];
  let next = 0;
  const runners = Array.from({ length: underWay }, async () => {
    while (next < work.length) done.push(await computePartition(pool, work[next++]!, isHashed));
  });
  await Promise.all(runners);
  return total(done);
}

/** Two independent copies of the same loop, one a thread, each over half of the partitions: what the pool should reach. */
export async function computeCopies({
  halves: series,
  repeats,
  isHashed,
}: ComputeArgs): Promise<ComputeResult> {
  const workers = halves(series).map((work) => {
    const workerData: CopyInput = { work, repeats, isHashed };
    return new Worker(new URL('./compute-copy.js', import.meta.url), { workerData });
  });
  await Promise.all(workers.map(answer));
  const start = performance.now();
  const done = workers.map(answer);
  for (const worker of workers) worker.postMessage('go');
  const computed = total((await Promise.all(done)) as Computed[]);
  const elapsedMs = performance.now() - start;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return { ...computed, elapsedMs };
}

function answer(worker: Worker): Promise<unknown> {
  return new Promise((settle, fail) => {
    worker.once('message', settle);
    worker.once('error', fail);
  });
}

function total(done: readonly Computed[]): Computed {
  return {
    bars: done.reduce((sum, { bars }) => sum + bars, 0),
    digests: done.flatMap(({ digests }) => digests).sort(),
  };
}
