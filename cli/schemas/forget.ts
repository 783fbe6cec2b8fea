import { z } from 'zod';

/** `forget --json` */
export const FORGET_OUTPUT = z.strictObject({
  warehouse: z.string(),
  run_id: z.int(),
  symbol: z.string(),
  interval: z.string(),
  klines: z.int().describe('bars that were removed, with all facts that descended from them'),
});
