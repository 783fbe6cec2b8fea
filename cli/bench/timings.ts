/** Several runs of the same, in short; milliseconds. */
export interface Timing {
  readonly runs: number;
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/** @param samples at least one, ms */
export function timingOf(samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const medianMs =
    sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { runs: sorted.length, medianMs, minMs: sorted[0]!, maxMs: sorted.at(-1)! };
}

/** Thread counts worth a look: none, the powers of two, one less than the cores, the cores. */
export function threadCounts(cores: number): number[] {
  const counts = new Set([0, Math.max(1, cores - 1), cores]);
  for (let threads = 1; threads < cores; threads *= 2) counts.add(threads);
  return [...counts].sort((a, b) => a - b);
}

/** Medians this close to the fastest are as fast. */
const SAME = 1.05;

/**
 * The fewest threads that are as fast as the fastest: within 5 %, or within what the fastest count itself took in its
 * slowest run, whichever allows more.
 */
export function fewestThatPay(timings: ReadonlyMap<number, Timing>): number {
  const all = [...timings];
  const [, fastest] = all.reduce((best, one) => (one[1].medianMs < best[1].medianMs ? one : best));
  const limit = Math.max(SAME * fastest.medianMs, fastest.maxMs);
  return Math.min(...all.filter(([, { medianMs }]) => medianMs <= limit).map(([threads]) => threads));
}
