import { z } from 'zod';

/** `verify --json` (SPEC 9): problems go to stderr and make the exit code 1 */
export const VERIFY_OUTPUT = z.array(
  z.strictObject({
    table: z.string(),
    strategy: z.string().nullable(),
    version: z.int().nullable(),
    symbol: z.string(),
    interval: z.string(),
    rows: z.int(),
    checksum: z.string(),
  }),
);
