import { z } from 'zod';

/** `status --json` */
export const STATUS_OUTPUT = z.strictObject({
  warehouse: z.string(),
  stale_stages: z.int().describe('what klinemill recompute would compute'),
  partitions: z.array(
    z.strictObject({
      symbol: z.string(),
      interval: z.string(),
      rows: z.int().describe('klines'),
      first_close_time: z.number(),
      last_close_time: z.number(),
      gaps: z.int(),
      missing: z.int().describe('bars that the gaps lack'),
      rejects: z.record(z.string(), z.int()).describe('findings of loads by reason, see kline_reject'),
      stages: z.array(
        z.strictObject({
          stage: z.enum(['indicators', 'strategy']),
          strategy: z.string().nullable(),
          version: z.int().nullable(),
          rows: z.int().describe('klines that it has taken into account'),
          last_close_time: z.number().nullable().describe('null: never computed'),
          run_id: z.int().nullable(),
          is_stale: z.boolean(),
          reason: z.string().nullable().describe('why it is stale'),
        }),
      ),
    }),
  ),
});
