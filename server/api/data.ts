import { z } from '@hono/zod-openapi';
import { idParameter, parameter } from './parameters.js';
import { documentRoute, listRoute } from './route.js';

const tag = 'Data';
const count = z.int();
const KEY = {
  symbol: z.string().openapi({ example: 'BTCUSDT' }),
  interval: z.string().openapi({ example: '1h' }),
};
const partition = { symbol: parameter.symbol().optional(), interval: parameter.interval().optional() };

export const gaps = listRoute({
  path: '/v1/gaps',
  operationId: 'listGaps',
  tag,
  summary: 'Missing bars between present ones',
  row: z
    .object({
      ...KEY,
      from_time: z.int().openapi({ description: 'first missing open_time', example: 1504704600000 }),
      to_time: z.int().openapi({ description: 'next present open_time', example: 1504728000000 }),
      missing: count.openapi({ example: 7 }),
    })
    .openapi('Gap'),
  filters: partition,
  sorts: ['from_time', 'missing'],
});

export const rejects = listRoute({
  path: '/v1/rejects',
  operationId: 'listRejects',
  tag,
  summary: 'Rows of sources that were not taken, or taken with a note (TRUNCATED)',
  row: z
    .object({
      ...KEY,
      source: z.string().openapi({ description: 'file name' }),
      sha256: z.string().openapi({ description: "of the file's bytes" }),
      line: count,
      reason: z.string().openapi({ example: 'PRICE' }),
      raw: z.string().openapi({ description: 'the line as it stood' }),
    })
    .openapi('Reject'),
  filters: { ...partition, reason: parameter.name('only this reason', 'PRICE').optional() },
  sorts: ['sha256'],
});

export const checks = listRoute({
  path: '/v1/checks',
  operationId: 'listChecks',
  tag,
  summary: 'Data quality: what must not be (level error), and what the market is like (info)',
  row: z
    .object({
      n: count.openapi({ description: 'from 1, in the order in which they are told', example: 1 }),
      check: z.string().openapi({ example: 'grain' }),
      level: z.enum(['error', 'info']),
      sound: z.string().openapi({ description: 'what holds when nothing is found' }),
      found: count.openapi({ description: 'rows found', example: 0 }),
      bars: count.nullable().openapi({ description: 'bars that they stand for; null: one each, or none' }),
    })
    .openapi('Check'),
  filters: {},
  sorts: ['n'],
});

export const status = listRoute({
  path: '/v1/status',
  operationId: 'listStatus',
  tag,
  summary: 'What is there of each partition',
  row: z
    .object({
      ...KEY,
      rows: count.openapi({ example: 72866 }),
      first_close_time: z.int(),
      last_close_time: z.int(),
      gaps: count.openapi({ description: 'runs of missing bars' }),
      missing: count.openapi({ description: 'bars in them' }),
      rejects: count.openapi({ description: 'findings of loads' }),
      stages: count.openapi({ description: 'stages that apply' }),
      stale_stages: count.openapi({ description: 'of them to compute' }),
    })
    .openapi('PartitionStatus'),
  filters: partition,
  sorts: ['symbol'],
});

export const stages = listRoute({
  path: '/v1/stages',
  operationId: 'listStages',
  tag,
  summary: 'How far each stage of each partition is, and what is stale',
  row: z
    .object({
      ...KEY,
      stage: z.enum(['indicators', 'strategy']),
      strategy: z.string().nullable(),
      version: z.int().nullable(),
      rows: count.openapi({ description: 'klines taken into account' }),
      last_close_time: z.int().nullable().openapi({ description: 'null: never computed' }),
      run_id: z.int().nullable(),
      is_stale: count,
      reason: z.string().nullable().openapi({ description: 'why it is stale' }),
    })
    .openapi('Stage'),
  filters: partition,
  sorts: ['symbol'],
});

const RUN = z
  .object({
    run_id: z.int().openapi({ example: 3 }),
    kind: z.string().openapi({ example: 'recompute' }),
    status: z.string().openapi({ description: 'RUNNING (or killed), DONE, FAILED', example: 'DONE' }),
    started_at: z.int(),
    finished_at: z.int().nullable(),
    detail: z.string(),
  })
  .openapi('Run');
const runParams = idParameter('run_id', 'number of the run');

export const runs = listRoute({
  path: '/v1/runs',
  operationId: 'listRuns',
  tag,
  summary: 'Ledger: commands that wrote',
  row: RUN,
  filters: {
    kind: parameter.name('only this kind', 'recompute').optional(),
    status: z.enum(['RUNNING', 'DONE', 'FAILED']).optional(),
  },
  sorts: ['run_id'],
});

export const run = documentRoute({
  path: '/v1/runs/{run_id}',
  operationId: 'getRun',
  tag,
  summary: 'One run',
  params: runParams,
  query: {},
  body: RUN,
});

export const tasks = listRoute({
  path: '/v1/runs/{run_id}/tasks',
  operationId: 'listTasks',
  tag,
  summary: 'Pieces of work of a run, each committed with its rows',
  row: z
    .object({
      task_id: z.int().openapi({ description: 'number within the run, from 1' }),
      stage: z.string().openapi({ description: 'load, resample, indicators, strategy, refine' }),
      strategy: z.string().nullable().openapi({ description: 'name@version' }),
      ...KEY,
      from_time: z.int(),
      to_time: z.int(),
      bars: count,
      rows_written: count,
      codes: z.string().openapi({ description: 'joined by ;' }),
      reason: z.string(),
      kline_hash: z.string().nullable(),
      elapsed_ms: z.number(),
    })
    .openapi('Task'),
  filters: {},
  params: runParams,
  sorts: ['task_id'],
});
