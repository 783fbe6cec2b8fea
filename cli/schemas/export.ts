import { z } from 'zod';

/** `export --json`, when the rows go to a file */
export const EXPORT_OUTPUT = z.strictObject({
  table: z.string(),
  file: z.string(),
  format: z.enum(['csv', 'parquet', 'arrow']),
  rows: z.int(),
  bytes: z.number(),
});
