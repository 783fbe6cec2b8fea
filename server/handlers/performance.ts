import { OpenAPIHono } from '@hono/zod-openapi';
import {
  type AnalyticsFilter,
  type OfStrategy,
  readComparison,
  readEquity,
  readExcursions,
  readFigures,
  readMetricContribution,
  readRolling,
  readStreaks,
} from '../../warehouse/index.js';
import * as routes from '../api/performance.js';
import { answerDocument } from '../http/answer.js';
import type { Row } from '../http/computed-rows.js';
import { answerRows } from '../http/list.js';
import { onInvalid } from '../http/on-invalid.js';
import type { Services } from '../http/services.js';
import { checkPartition, strategiesOf } from './filters.js';
import { given } from './given.js';

interface FilterQuery {
  readonly strategy?: string | undefined;
  readonly symbol?: string | undefined;
  readonly interval?: string | undefined;
  readonly side?: 'BUY' | 'SELL' | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly confirmed_only?: boolean | undefined;
  readonly allocation?: number | undefined;
}

/** What strategies earned. */
export function performanceHandlers(services: Services) {
  const { samples } = services;
  const filterOf = async (query: FilterQuery): Promise<AnalyticsFilter> => {
    const names = await services.clock.names();
    checkPartition(names, query);
    strategiesOf(names, query.strategy);
    const { strategy, symbol, interval, side, from, to, confirmed_only: confirmedOnly, allocation } = query;
    return given({ strategy, symbol, interval, side, from, to, confirmedOnly, allocation });
  };
  const compared = async (query: FilterQuery & { readonly first: string; readonly second: string }) => {
    const names = await services.clock.names();
    checkPartition(names, query);
    strategiesOf(names, query.first, 'first');
    strategiesOf(names, query.second, 'second');
    const { symbol, interval, from, to } = query;
    return readComparison(
      services.deps.warehouse,
      [query.first, query.second],
      given({ symbol, interval, from, to }),
    );
  };
  return new OpenAPIHono({ defaultHook: onInvalid })
    .openapi(routes.performance, (c) => {
      const query = c.req.valid('query');
      const key = ['strategy', 'version', 'group'];
      return answerRows(c, services, routes.performance, query, key, async () =>
        (await readFigures(samples, await filterOf(query), query.by ?? 'partition')).map((row) => ({
          ...row,
          null_reasons: Object.entries(row.null_reasons)
            .map(([name, reason]) => `${name}=${reason}`)
            .join(';'),
        })),
      );
    })
    .openapi(routes.equity, (c) => {
      const query = c.req.valid('query');
      return answerRows(c, services, routes.equity, query, ['strategy', 'version', 'day'], async () =>
        flat(await readEquity(samples, await filterOf(query))),
      );
    })
    .openapi(routes.rolling, (c) => {
      const query = c.req.valid('query');
      return answerRows(c, services, routes.rolling, query, ['strategy', 'version', 'n'], async () =>
        flat(await readRolling(samples, await filterOf(query))),
      );
    })
    .openapi(routes.streaks, (c) => {
      const query = c.req.valid('query');
      return answerRows(c, services, routes.streaks, query, ['strategy', 'version'], async () =>
        flat(await readStreaks(samples, await filterOf(query))),
      );
    })
    .openapi(routes.excursions, (c) => {
      const query = c.req.valid('query');
      const key = ['strategy', 'version', 'result_status'];
      return answerRows(c, services, routes.excursions, query, key, async () =>
        flat(await readExcursions(samples, await filterOf(query))),
      );
    })
    .openapi(routes.contributions, (c) => {
      const query = c.req.valid('query');
      return answerRows(
        c,
        services,
        routes.contributions,
        query,
        ['strategy', 'version', 'metric'],
        async () => flat(await readMetricContribution(samples, await filterOf(query))),
      );
    })
    .openapi(routes.comparison, (c) =>
      answerDocument(c, services, async () => {
        const { changes: _changes, ...counts } = await compared(c.req.valid('query'));
        return counts;
      }),
    )
    .openapi(routes.decisionChanges, (c) => {
      const query = c.req.valid('query');
      const key = ['symbol', 'interval', 'predicting_at'];
      return answerRows(c, services, routes.decisionChanges, query, key, async () =>
        (await compared(query)).changes.map(({ symbol, interval, predicting_at, first, second }) => ({
          symbol,
          interval,
          predicting_at,
          first_decision: first.decision,
          first_no_trade_reason: first.no_trade_reason,
          first_buy_score: first.buy_score,
          first_sell_score: first.sell_score,
          second_decision: second.decision,
          second_no_trade_reason: second.no_trade_reason,
          second_buy_score: second.buy_score,
          second_sell_score: second.sell_score,
        })),
      );
    });
}

/** Rows of all strategies, numbered within each. */
function flat<T extends object>(found: readonly OfStrategy<T>[]): Row[] {
  return found.flatMap(({ strategy, version, rows }) =>
    rows.map((row, i) => ({ strategy, version, n: i + 1, ...row }) as unknown as Row),
  );
}
