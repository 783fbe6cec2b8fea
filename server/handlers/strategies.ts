import { OpenAPIHono } from '@hono/zod-openapi';
import type { StrategyRecord } from '../../warehouse/index.js';
import * as routes from '../api/strategies.js';
import { answerDocument } from '../http/answer.js';
import { answerRows } from '../http/list.js';
import { onInvalid } from '../http/on-invalid.js';
import { ProblemError } from '../http/problem-error.js';
import type { Services } from '../http/services.js';
import { afterWrite, writer } from '../http/writing.js';
import { strategiesOf } from './filters.js';

function head({ version, isNewest, isEnabled, importedAt, contentHash, document }: StrategyRecord) {
  return {
    strategy: document.strategy,
    version,
    is_newest: Number(isNewest),
    is_enabled: Number(isEnabled),
    imported_at: importedAt,
    content_hash: contentHash,
    description: document.description,
    symbols: document.symbols.join(';'),
    intervals: document.intervals.join(';'),
  };
}

/** Strategies and their metrics; import. */
export function strategyHandlers(services: Services) {
  const { clock, jobs } = services;
  const named = async (strategy: string): Promise<StrategyRecord> =>
    strategiesOf(await clock.names(), strategy)[0]!;
  return new OpenAPIHono({ defaultHook: onInvalid })
    .openapi(routes.strategies, (c) =>
      answerRows(c, services, routes.strategies, c.req.valid('query'), ['strategy', 'version'], async () =>
        (await clock.names()).strategies.map((record) => ({
          ...head(record),
          metrics: record.document.metrics.filter(({ active }) => active).length,
        })),
      ),
    )
    .openapi(routes.strategyMetrics, (c) =>
      answerRows(c, services, routes.strategyMetrics, c.req.valid('query'), ['position'], async () => {
        const { document } = await named(c.req.valid('param').strategy);
        return document.metrics.map((metric, position) => ({
          position,
          metric: metric.code,
          name: metric.name,
          description: metric.description,
          side: metric.side,
          metric_group: metric.group,
          indicator: metric.indicator,
          reference: metric.reference,
          direction: metric.direction,
          threshold_start: metric.start,
          threshold_end: metric.end,
          window_size: metric.window?.size ?? null,
          window_unit: metric.window?.unit ?? null,
          weight: metric.weight,
          is_active: metric.active,
        }));
      }),
    )
    .openapi(routes.strategy, (c) =>
      answerDocument(c, services, async () => {
        const record = await named(c.req.valid('param').strategy);
        return { ...head(record), document: record.document };
      }),
    )
    .openapi({ ...routes.importStrategy, middleware: writer(services) as never }, async (c) => {
      const type = (c.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
      if (type !== 'application/yaml' && type !== 'text/yaml')
        throw new ProblemError('unsupported-body', 'the body is a strategy document: application/yaml');
      const document = await c.req.text();
      const imported = await afterWrite(services, () =>
        jobs.exclusively((engine) => engine.importStrategy(document)),
      );
      return c.json({ ...imported, warnings: [...imported.warnings] }, 200);
    });
}
