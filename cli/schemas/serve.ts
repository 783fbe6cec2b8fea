import { z } from 'zod';

/** `serve --json`, printed when requests are taken */
export const SERVE_OUTPUT = z.strictObject({
  warehouse: z.string(),
  url: z.string().describe('http://HOST:PORT'),
  writes: z.boolean().describe('false: no token was given, writing requests are refused'),
});
