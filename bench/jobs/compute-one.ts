import { loadKlines } from '../corpus.js';
import type { ComputeArgs, ComputeResult } from './compute.js';
import { computeCopy, share, warmUpCopy } from './compute-work.js';

/** The whole chain of every partition on the thread that calls, code warmed up before the clock. */
export async function computeOne({ halves, repeats, isHashed }: ComputeArgs): Promise<ComputeResult> {
  const input = { work: halves.flat().map((one) => share(loadKlines(one))), repeats, isHashed };
  await warmUpCopy(input);
  const start = performance.now();
  const computed = await computeCopy(input);
  return { ...computed, elapsedMs: performance.now() - start };
}
