import { z } from 'zod';

const count = z.int().nonnegative();

/** A partition of `replica sync` and `copy`. */
export const COPIED_PARTITION = z.strictObject({
  symbol: z.string(),
  interval: z.string(),
  is_whole: z.boolean().describe('everything was copied, not only what changed'),
  rows: count.describe('stored rows'),
  values: count.describe('cells in them'),
});

/** `replica sync --json` */
export const REPLICA_SYNC_OUTPUT = z.strictObject({
  warehouse: z.string(),
  replica: z.string(),
  is_reset: z.boolean().describe('what it had was forgotten: --full, or it followed another warehouse'),
  rows: count,
  values: count,
  elapsed_ms: z.number(),
  partitions: z.array(COPIED_PARTITION),
  compared: count.nullable().describe('checksums; null without --verify'),
  differing: z.array(
    z.strictObject({
      table: z.string(),
      strategy: z.string().nullable(),
      version: count.nullable(),
      symbol: z.string(),
      interval: z.string(),
    }),
  ),
});
