import { loadKlines } from '../corpus.js';
import { bindCodes, runKernels } from '../kernel-input.js';
import type { Series } from '../klines.js';
import { summarize } from '../statistics.js';

export interface TimeKernelsArgs {
  readonly series: Series;
  /** Codes computed together, one list a timing. */
  readonly groups: readonly (readonly string[])[];
  readonly laps: number;
}

/** Laps after which a group's code is compiled. */
const WARM_UP_LAPS = 5;

/** Nanoseconds of every group over all rows: the median of the laps, with the kernels that a group's codes read. */
export function timeKernels({ series, groups, laps }: TimeKernelsArgs): number[] {
  const klines = loadKlines(series);
  const shared = new Map<string, Float64Array>();
  return groups.map((codes) => {
    const run = bindCodes(klines, codes, shared);
    for (let i = 0; i < WARM_UP_LAPS; i++) runKernels(run);
    const lapNs = Array.from({ length: laps }, () => {
      const start = process.hrtime.bigint();
      runKernels(run);
      return Number(process.hrtime.bigint() - start);
    });
    return summarize(lapNs).median;
  });
}
