import { OpenAPIHono } from '@hono/zod-openapi';
import * as routes from '../api/jobs.js';
import type { EnginePort, JobOutcome, JobProgress } from '../deps.js';
import { pageOf } from '../http/list.js';
import { onInvalid } from '../http/on-invalid.js';
import { ProblemError } from '../http/problem-error.js';
import type { Services } from '../http/services.js';
import { writer } from '../http/writing.js';
import type { Job } from '../live/job-book.js';
import { checkPartition, strategiesOf } from './filters.js';
import { given } from './given.js';

/** Work that the server was asked for. Jobs live in memory, so their answers carry no ETag of the ledger. */
export function jobHandlers(services: Services) {
  const { jobs, clock } = services;
  const start = (
    kind: Job['kind'],
    work: (engine: EnginePort, onProgress: (progress: JobProgress) => void) => Promise<JobOutcome>,
  ): Job =>
    jobs.start(kind, async (engine, onProgress) => {
      try {
        return await work(engine, onProgress);
      } finally {
        await clock.fresh();
      }
    });
  const check = async (request: {
    symbol?: string | undefined;
    interval?: string | undefined;
    strategy?: string | undefined;
  }) => {
    const names = await clock.names();
    checkPartition(names, request);
    strategiesOf(names, request.strategy);
  };
  return new OpenAPIHono({ defaultHook: onInvalid })
    .openapi(routes.jobs, (c) => pageOf(c, routes.jobs, c.req.valid('query'), ['job_id'], jobs.all()))
    .openapi(routes.job, (c) => {
      const id = c.req.valid('param').job_id!;
      const found = jobs.all().find((job) => job.job_id === id);
      if (found === undefined) throw new ProblemError('not-found', `there is no job ${id}`);
      c.header('Cache-Control', 'no-store');
      return c.json(found, 200);
    })
    .openapi({ ...routes.startRecompute, middleware: writer(services) as never }, async (c) => {
      const request = c.req.valid('json');
      await check(request);
      const job = start('recompute', (engine, onProgress) => engine.recompute(request, onProgress));
      c.header('Location', `/v1/jobs/${job.job_id}`);
      return c.json(job, 202);
    })
    .openapi({ ...routes.startMine, middleware: writer(services) as never }, async (c) => {
      const request = c.req.valid('json');
      await check(request);
      const job = start('mine', (engine) => engine.mine(given(request)));
      c.header('Location', `/v1/jobs/${job.job_id}`);
      return c.json(job, 202);
    });
}
