import { z } from 'zod';

const RUN = {
  run_id: z.int(),
  kind: z.string().describe('load, download, resample, recompute, stream, import, forget'),
  status: z.string().describe('RUNNING (killed, when nobody holds the warehouse), DONE, FAILED'),
  started_at: z.number(),
  finished_at: z.number().nullable(),
  detail: z.string(),
};

/** `runs --json` */
export const RUNS_OUTPUT = z.strictObject({
  warehouse: z.string(),
  runs: z.array(z.strictObject(RUN)).describe('newest first'),
});

/** `runs RUN_ID --json` */
export const RUN_OUTPUT = z.strictObject({
  warehouse: z.string(),
  ...RUN,
  tasks: z
    .array(
      z.strictObject({
        stage: z.string().describe('load, resample, indicators, strategy, refine'),
        strategy: z.string().nullable().describe('name@version'),
        symbol: z.string(),
        interval: z.string(),
        from_time: z.number().describe('first close_time that was replaced'),
        to_time: z.number().describe('last close_time that was replaced'),
        bars: z.int(),
        rows_written: z.int(),
        codes: z.array(z.string()),
        versions: z.record(z.string(), z.string()).describe('what the rows were made with'),
        reason: z.string(),
        kline_hash: z.string().nullable(),
        elapsed_ms: z.number(),
      }),
    )
    .describe('pieces of work, each committed with its rows'),
});
