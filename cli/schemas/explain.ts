import { z } from 'zod';
import { EXPLANATION } from '../../server/index.js';

/** `explain --json` */
export const EXPLAIN_OUTPUT = z.strictObject({ warehouse: z.string(), ...EXPLANATION.shape });
