import { z } from 'zod';

const count = z.int().nonnegative();

/** `recompute --json` */
export const RECOMPUTE_OUTPUT = z.strictObject({
  warehouse: z.string(),
  run_id: count.nullable().describe('in the ledger (klinemill runs RUN_ID); null: nothing was stale'),
  threads: count,
  bars: count,
  rows_written: count,
  elapsed_ms: z.number(),
  tasks: z.array(
    z.strictObject({
      symbol: z.string(),
      interval: z.string(),
      reason: z.string().describe('why it was stale'),
      codes: count.describe('indicator codes written'),
      strategies: z.array(z.string()).describe('name@version'),
      bars: count,
      rows_written: count,
      elapsed_ms: z.number(),
    }),
  ),
});
