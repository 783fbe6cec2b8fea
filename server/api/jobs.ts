import { createRoute, z } from '@hono/zod-openapi';
import { idParameter } from './parameters.js';
import { BEARER, documentRoute, listRoute, MEDIA, WRITE_PROBLEMS } from './route.js';

const tag = 'Jobs';

const JOB_FIELDS = {
  job_id: z.int().openapi({ example: 1 }),
  kind: z.enum(['recompute', 'mine']),
  status: z.enum(['RUNNING', 'DONE', 'FAILED']),
  started_at: z.int(),
  finished_at: z.int().nullable(),
  bars_done: z.int().openapi({ description: 'bars written so far' }),
  bars_planned: z.int().nullable().openapi({ description: 'null: not known yet' }),
  run_id: z.int().nullable().openapi({ description: 'in the ledger; null: none yet, or nothing was to do' }),
  detail: z.string().openapi({ description: 'what came of it, or why it failed' }),
};
export const JOB = z.object(JOB_FIELDS).openapi('Job');

export const jobs = listRoute({
  path: '/v1/jobs',
  operationId: 'listJobs',
  tag,
  summary: 'Jobs that this server was asked for, with their progress',
  row: JOB,
  filters: {},
  sorts: ['job_id'],
});

export const job = documentRoute({
  path: '/v1/jobs/{job_id}',
  operationId: 'getJob',
  tag,
  summary: 'One job',
  params: idParameter('job_id', 'number of the job'),
  query: {},
  body: JOB,
});

const symbol = z.string().min(1).max(64).optional().openapi({ example: 'BTCUSDT' });
const interval = z.string().min(1).max(8).optional().openapi({ example: '1h' });
const strategy = z.string().min(1).max(128).optional().openapi({ example: 'trend-momentum' });

export const RECOMPUTE_REQUEST = z
  .strictObject({
    symbol,
    interval,
    strategy,
    force: z.boolean().optional().openapi({ description: 'compute again what is not stale' }),
  })
  .openapi('RecomputeRequest');

export const MINE_REQUEST = z
  .strictObject({
    symbol,
    interval,
    strategy,
    side: z.enum(['BUY', 'SELL']).optional(),
    from: z.int().nonnegative().optional(),
    to: z.int().nonnegative().optional(),
    min_support: z.number().gt(0).max(1).optional(),
    max_length: z.int().min(1).max(8).optional(),
    min_confidence: z.number().gt(0).max(1).optional(),
  })
  .openapi('MineRequest');

const accepted = {
  202: {
    description: 'started',
    headers: { Location: { schema: { type: 'string' as const }, description: 'where its progress is' } },
    content: { [MEDIA.json]: { schema: JOB } },
  },
  ...WRITE_PROBLEMS,
};

export const startRecompute = createRoute({
  method: 'post',
  path: '/v1/jobs/recompute',
  operationId: 'startRecompute',
  tags: [tag],
  summary: 'Compute what is stale; one job at a time',
  security: BEARER,
  request: { body: { required: true, content: { [MEDIA.json]: { schema: RECOMPUTE_REQUEST } } } },
  responses: accepted,
});

export const startMine = createRoute({
  method: 'post',
  path: '/v1/jobs/mine',
  operationId: 'startMine',
  tags: [tag],
  summary: 'Mine confirmed trades; one job at a time',
  security: BEARER,
  request: { body: { required: true, content: { [MEDIA.json]: { schema: MINE_REQUEST } } } },
  responses: accepted,
});
