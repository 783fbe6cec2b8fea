import { OpenAPIHono } from '@hono/zod-openapi';
import { factRows, type Names, openFactPage, recordsOf } from '../../warehouse/index.js';
import * as routes from '../api/predictions.js';
import { RefusedError } from '../deps.js';
import { answer, answerDocument, type Made, madeDocument } from '../http/answer.js';
import { answerFacts } from '../http/list.js';
import { onInvalid } from '../http/on-invalid.js';
import { ProblemError, unknownName } from '../http/problem-error.js';
import type { Services } from '../http/services.js';
import { checkPartition, strategiesOf } from './filters.js';

/** Predictions, their metrics, and what became of them. */
export function predictionHandlers(services: Services) {
  const { engine } = services.deps;
  return new OpenAPIHono({ defaultHook: onInvalid })
    .openapi(routes.predictions, (c) => {
      const query = c.req.valid('query');
      const { is_tradable: isTradable, is_conflict: isConflict, ...choice } = query;
      return answerFacts(c, services, routes.predictions, query, (names, sort) => {
        checkPartition(names, query);
        const strategies = strategiesOf(names, query.strategy);
        return factRows.predictions(names, { ...choice, strategies, isTradable, isConflict, sort });
      });
    })
    .openapi(routes.prediction, (c) =>
      answer(c, services, ['json'], () => readPrediction(services, c.req.valid('param').prediction_id)),
    )
    .openapi(routes.explanation, (c) =>
      answerDocument(c, services, async () => {
        const id = c.req.valid('param').prediction_id;
        locate(await services.clock.names(), id);
        try {
          return await engine.explain(id);
        } catch (error) {
          if (error instanceof RefusedError) throw new ProblemError('not-found', error.message);
          throw error;
        }
      }),
    )
    .openapi(routes.metricValues, (c) => {
      const query = c.req.valid('query');
      return answerFacts(c, services, routes.metricValues, query, (names) => {
        checkPartition(names, query);
        const record = strategiesOf(names, query.strategy)[0]!;
        const active = record.document.metrics.filter((metric) => metric.active).map(({ code }) => code);
        if (query.metric !== undefined && !active.includes(query.metric))
          throw unknownName('metric', query.metric, active);
        return factRows.metricValues(
          names,
          query,
          record,
          query.metric === undefined ? active : [query.metric],
        );
      });
    })
    .openapi(routes.results, (c) => {
      const query = c.req.valid('query');
      const { is_strong: isStrong, result_status: status, ...choice } = query;
      return answerFacts(c, services, routes.results, query, (names, sort) => {
        checkPartition(names, query);
        const strategies = strategiesOf(names, query.strategy);
        return factRows.results(names, { ...choice, strategies, isStrong, status, sort });
      });
    });
}

/** Parts of `strategy@version:symbol:interval:predicting_at`. @throws ProblemError (404) */
function locate(names: Names, id: string) {
  const match = /^([^:]+@\d+):([^:]+):([^:]+):(\d{1,15})$/.exec(id);
  if (match === null)
    throw new ProblemError(
      'not-found',
      'a prediction is named strategy@version:symbol:interval:predicting_at',
      {
        parameter: 'prediction_id',
      },
    );
  const [, strategy, symbol, interval, at] = match as unknown as [string, string, string, string, string];
  checkPartition(names, { symbol, interval });
  return { strategies: strategiesOf(names, strategy), symbol, interval, at: Number(at) };
}

async function readPrediction({ deps, clock }: Services, id: string): Promise<Made> {
  const names = await clock.names();
  const { strategies, symbol, interval, at } = locate(names, id);
  const choice = { strategies, symbol, interval, from: at, to: at + 1, sort: 'predicting_at' };
  const order = { isDescending: false, after: null, limit: 1 };
  return openFactPage(
    deps.warehouse,
    factRows.predictions(names, choice),
    order,
    async ({ generation, tables }) => {
      for await (const table of tables)
        for (const prediction of recordsOf(table)) return madeDocument(generation, prediction);
      throw new ProblemError('not-found', 'there is no such prediction');
    },
  );
}
