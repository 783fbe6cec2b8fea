import { z } from 'zod';

/** `sql --json` */
export const SQL_OUTPUT = z.strictObject({
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))),
});
