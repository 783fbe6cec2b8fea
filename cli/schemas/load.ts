import { z } from 'zod';

const count = z.int().nonnegative();

/** One loaded file. */
export const LOADED_FILE = z.strictObject({
  source: z.string().describe('base name, - for standard input'),
  sha256: z.string().describe('of the bytes on disk, hex'),
  symbol: z.string(),
  interval: z.string(),
  read: count.describe('data rows: neither blank nor header'),
  added: count,
  duplicates: count.describe('rows that stand already with the same values'),
  revised: count.describe('rows replaced by --revise'),
  replaced: count.describe('bars in the place of those derived from incomplete buckets'),
  conflicts: count.describe('rows that stand already with other values'),
  truncated: count.describe('rows kept whose close_time was early'),
  rejected: z.record(z.string(), count).describe('rows by reason, TRUNCATED ones (kept) included'),
  new_rejects: count.describe('of these, not yet in kline_reject'),
  first_open_time: z.number().nullable(),
  last_close_time: z.number().nullable(),
  elapsed_ms: z.number(),
});

/** `load --json` */
export const LOAD_OUTPUT = z.strictObject({
  warehouse: z.string(),
  files: z.array(LOADED_FILE),
});
