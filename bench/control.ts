import { performance } from 'node:perf_hooks';
import { type Summary, summarize } from './statistics.js';

const STEPS = 2_000_000;
const SAMPLES = 7;

/** A fixed piece of arithmetic, one step waiting for the one before: nothing of the project, so only the machine changes it. */
function arithmetic(): number {
  let x = 0.5;
  for (let i = 0; i < STEPS; i++) x = 3.7 * x * (1 - x);
  return x;
}

/** Milliseconds of the arithmetic, some samples. @throws Error when it came out otherwise than numbers do */
export function timeControl(): number[] {
  return Array.from({ length: SAMPLES }, () => {
    const start = performance.now();
    const end = arithmetic();
    const elapsedMs = performance.now() - start;
    // Read, so that no compiler may drop the loop: the logistic map stays within 0 and 1.
    if (!(end > 0 && end < 1)) throw new Error(`bench: the control ended at ${end}`);
    return elapsedMs;
  });
}

/** Samples of the control from before and after a case, in short. */
export const summarizeControl = (before: readonly number[], after: readonly number[]): Summary =>
  summarize([...before, ...after]);
