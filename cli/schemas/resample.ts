import { z } from 'zod';

const count = z.int().nonnegative();

/** `resample --json` */
export const RESAMPLE_OUTPUT = z.strictObject({
  warehouse: z.string(),
  run_id: count.nullable().describe('in the ledger (klinemill runs RUN_ID); null: nothing was stale'),
  partial: z.boolean(),
  elapsed_ms: z.number(),
  tasks: z.array(
    z.strictObject({
      symbol: z.string(),
      from: z.string().describe('interval'),
      to: z.string().describe('interval'),
      reason: z.string().describe('why it was stale'),
      source_bars: count.describe('bars read'),
      added: count,
      replaced: count.describe('derived bars that follow their changed source'),
      revised: count.describe('other bars that gave way to --revise; the old ones are in kline_revision'),
      kept: count.describe('bars that stand and needed no change'),
      conflicts: count.describe('bars that stand and say something else'),
      first_conflict: z
        .strictObject({
          close_time: z.number(),
          column: z.string(),
          standing: z.number().nullable(),
          derived: z.number().nullable(),
        })
        .nullable(),
      incomplete: count.describe('buckets without all their bars, left out'),
      elapsed_ms: z.number(),
    }),
  ),
});
