import { z } from 'zod';
import { COPIED_PARTITION } from './replica.js';

const count = z.int().nonnegative();

/** `copy --json` */
export const COPY_OUTPUT = z.strictObject({
  from: z.string(),
  to: z.string(),
  rows: count,
  values: count,
  elapsed_ms: z.number(),
  partitions: z.array(COPIED_PARTITION),
  compared: count.describe('checksums, all of them equal'),
});
