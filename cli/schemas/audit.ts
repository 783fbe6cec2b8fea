import { z } from 'zod';

const count = z.int().nonnegative();

/** `audit --json` */
export const AUDIT_OUTPUT = z.strictObject({
  warehouse: z.string(),
  all: z.boolean(),
  partitions: count.describe('that were looked at'),
  prefixes: count.describe('computed without what came after them, and compared'),
  problems: z
    .array(
      z.strictObject({
        check: z.enum(['verify', 'leakage', 'windows']),
        table: z.string(),
        strategy: z.string().nullable(),
        version: z.int().nullable(),
        symbol: z.string().nullable(),
        interval: z.string().nullable(),
        at: z.number().nullable().describe('time of the row'),
        message: z.string(),
      }),
    )
    .describe('the first offending row of each check and partition; the exit code is 1 when there is any'),
  stale: z
    .array(z.strictObject({ symbol: z.string(), interval: z.string() }))
    .describe('partitions that wait for a recompute: not looked at'),
});
