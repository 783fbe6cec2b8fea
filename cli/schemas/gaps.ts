import { z } from 'zod';

/** `gaps --json` */
export const GAPS_OUTPUT = z.strictObject({
  warehouse: z.string(),
  gaps: z.array(
    z.strictObject({
      symbol: z.string(),
      interval: z.string(),
      from_time: z.number().describe('first missing open_time'),
      to_time: z.number().describe('next present open_time'),
      missing: z.int().describe('bars'),
    }),
  ),
});
