import { z } from 'zod';

/** `migrate --json` */
export const MIGRATE_OUTPUT = z.strictObject({
  warehouse: z.string(),
  version: z.int().describe('of the schema'),
  applied: z.array(z.string()).describe('migrations applied now, in order'),
  seeded: z.array(z.string()).describe('shipped strategies imported now, as name@version'),
});
