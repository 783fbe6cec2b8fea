import { z } from 'zod';
import { MARKET_NAMES, MISSING_REASONS } from '../../engine/index.js';

const count = z.int().nonnegative();

/** `download --json` */
export const DOWNLOAD_OUTPUT = z.strictObject({
  warehouse: z.string(),
  run_id: z.int().describe('in the ledger (klinemill runs RUN_ID)'),
  elapsed_ms: z.number(),
  partitions: z.array(
    z.strictObject({
      symbol: z.string().describe('of the partition; perpetuals end in _PERP'),
      interval: z.string(),
      market: z.enum(MARKET_NAMES),
      exchange_symbol: z.string(),
      from_time: z.number().describe('first open_time that was asked for'),
      to_time: z.number().describe('end of the open times that were asked for, closed bars only'),
      dumps_fetched: count,
      dumps_cached: count.describe('taken from the cache'),
      rest_pages: count.describe('answers of the API'),
      added: count,
      duplicates: count.describe('rows that stand already with the same values'),
      revised: count.describe('rows replaced by --revise'),
      replaced: count.describe('bars in the place of those derived from incomplete buckets'),
      conflicts: count.describe('rows that stand already with other values'),
      rejected: count.describe('rows not taken, conflicts included, see kline_reject'),
      missing: z
        .array(
          z.strictObject({
            from_time: z.number().describe('first missing open_time'),
            to_time: z.number(),
            bars: count,
            reason: z.enum(MISSING_REASONS),
          }),
        )
        .describe('of what was asked for'),
      failures: z.array(
        z.strictObject({
          from_time: z.number(),
          to_time: z.number(),
          url: z.string(),
          reason: z.string(),
        }),
      ),
      changed: z
        .array(
          z.strictObject({
            url: z.string(),
            known_sha256: z.string().describe('of the bytes loaded here, or else of the cached file'),
            published_sha256: z.string(),
            is_replaced: z.boolean().describe('what is published was loaded'),
          }),
        )
        .describe('dumps of which other bytes are published than those known here'),
    }),
  ),
});
