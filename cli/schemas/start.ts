import { z } from 'zod';
import { LOADED_FILE } from './load.js';
import { REPORT_ROW } from './report.js';

/** `start --json` */
export const START_OUTPUT = z.strictObject({
  warehouse: z.string(),
  source: z
    .enum(['files', 'folder', 'warehouse', 'download', 'synthetic'])
    .describe('where the klines came from'),
  loaded: z.array(LOADED_FILE),
  run_id: z.int().nullable().describe('of the recompute; null: nothing was stale'),
  bars: z.int().describe('computed'),
  rows_written: z.int(),
  elapsed_ms: z.number().describe('of the recompute'),
  report: z.array(REPORT_ROW).describe('of the loaded symbols'),
});
