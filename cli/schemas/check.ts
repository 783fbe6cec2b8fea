import { z } from 'zod';

const count = z.int().nonnegative();

/** `check --json` */
export const CHECK_OUTPUT = z.strictObject({
  warehouse: z.string(),
  errors: count.describe('checks of level error that found something: the exit code is 1 when there are any'),
  checks: z.array(
    z.strictObject({
      check: z.string().describe('grain, nulls, orphans, ranges, ...'),
      level: z.enum(['error', 'info']).describe('info: what the market is like, or what is left to do'),
      sound: z.string().describe('what holds when nothing is found'),
      found: count.describe('rows'),
      bars: count.nullable().describe('bars that the rows stand for, where they stand for several'),
      rows: z
        .array(
          z.strictObject({
            table: z.string(),
            strategy: z.string().nullable().describe('name@version'),
            symbol: z.string().nullable(),
            interval: z.string().nullable(),
            at: z.number().nullable().describe('close_time or its namesake; of a gap its first open_time'),
            bars: count.nullable(),
            detail: z.string(),
          }),
        )
        .describe('the first of them, with --rows'),
    }),
  ),
});
