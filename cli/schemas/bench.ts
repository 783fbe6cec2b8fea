import { z } from 'zod';

const count = z.int().nonnegative();

const timed = {
  runs: count,
  median_ms: z.number(),
  min_ms: z.number(),
  max_ms: z.number(),
  bars_per_s: z.number().describe('by the median'),
};

/** `bench --json` */
export const BENCH_OUTPUT = z.strictObject({
  machine: z.strictObject({
    cpu: z.string(),
    cores: count.describe('that this process may use'),
    memory_mb: count,
    system: z.string(),
    node: z.string(),
    klinemill: z.string(),
  }),
  data: z.literal('SYNTHETIC').describe('made up by a seeded generator'),
  bars: count,
  csv_bytes: count,
  codes: count.describe('indicator columns computed and written'),
  strategies: z.array(z.string()).describe('name@version of those evaluated'),
  memory_limit: z.string().describe('of the database'),
  elapsed_ms: z.number().describe('the whole command'),
  stages: z
    .array(
      z.strictObject({
        stage: z.enum([
          'parse',
          'write klines',
          'read klines',
          'compute',
          'encode facts',
          'write facts',
          'close',
        ]),
        ...timed,
        share: z.number().describe("of the sum of the stages' medians"),
      }),
    )
    .describe('one after the other, nothing overlaps'),
  threads: z
    .array(
      z.strictObject({
        threads: count.describe('as --threads of recompute; 0: the main thread'),
        ...timed,
        speedup: z.number().describe("the median of 0 threads over this one's"),
      }),
    )
    .describe('recompute of all bars, threads started, file closed'),
  pays: z.strictObject({
    threads: count.describe('fewest that are as fast as the fastest, within 5 % or its own slowest run'),
    default_threads: count.describe('what recompute takes when nothing is said'),
  }),
});
