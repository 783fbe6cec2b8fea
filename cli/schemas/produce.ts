import { z } from 'zod';

const count = z.int().nonnegative();

/** `produce --json` */
export const PRODUCE_OUTPUT = z.strictObject({
  topic: z.string(),
  sent: count.describe('bars'),
  rejected: z.record(z.string(), count).describe('rows of files that are no bars, by reason; not sent'),
  elapsed_ms: z.number(),
});
