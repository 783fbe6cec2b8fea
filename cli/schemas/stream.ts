import { z } from 'zod';

const count = z.int().nonnegative();

/** `stream --json` */
export const STREAM_OUTPUT = z.strictObject({
  warehouse: z.string(),
  run_id: count.nullable().describe('in the ledger (klinemill runs RUN_ID); null: stopped before it began'),
  messages: count,
  added: count.describe('bars'),
  revised: count.describe('bars replaced by --revise'),
  duplicates: count.describe('bars that stood already'),
  computed: count.describe('bars whose facts were computed, late ones with all that descends from them'),
  dead_letters: count,
  lost: count.describe('messages that had expired before they could be taken in'),
  transactions: count,
  published: count.describe('predictions'),
  elapsed_ms: z.number(),
});
