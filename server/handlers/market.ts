import { OpenAPIHono } from '@hono/zod-openapi';
import { factRows } from '../../warehouse/index.js';
import * as routes from '../api/market.js';
import { answerFacts, answerRows } from '../http/list.js';
import { onInvalid } from '../http/on-invalid.js';
import type { Services } from '../http/services.js';
import { checkPartition, codesOf } from './filters.js';

/** Symbols, intervals, codes, klines, indicators. */
export function marketHandlers(services: Services) {
  const { warehouse } = services.deps;
  const { clock } = services;
  return new OpenAPIHono({ defaultHook: onInvalid })
    .openapi(routes.symbols, (c) =>
      answerRows(c, services, routes.symbols, c.req.valid('query'), ['symbol'], async () => {
        const partitions = await warehouse.partitions();
        const symbols = [...new Set(partitions.map(({ symbol }) => symbol))].sort();
        return symbols.map((symbol) => {
          const own = partitions.filter((partition) => partition.symbol === symbol);
          return {
            symbol,
            intervals: own.map(({ interval }) => interval).join(';'),
            rows: own.reduce((sum, { rows }) => sum + rows, 0),
          };
        });
      }),
    )
    .openapi(routes.intervals, (c) =>
      answerRows(c, services, routes.intervals, c.req.valid('query'), ['interval'], async () => {
        const { intervals } = await clock.names();
        return Array.from(intervals, ([interval, { durationMs }]) => ({ interval, duration_ms: durationMs }));
      }),
    )
    .openapi(routes.partitions, (c) => {
      const query = c.req.valid('query');
      return answerRows(c, services, routes.partitions, query, ['symbol', 'interval'], async () => {
        checkPartition(await clock.names(), query);
        return (await warehouse.partitions())
          .filter(
            ({ symbol, interval }) =>
              (query.symbol ?? symbol) === symbol && (query.interval ?? interval) === interval,
          )
          .map(({ symbol, interval, rows, firstCloseTime, lastCloseTime }) => ({
            symbol,
            interval,
            rows,
            first_close_time: firstCloseTime,
            last_close_time: lastCloseTime,
          }));
      });
    })
    .openapi(routes.indicatorTypes, (c) =>
      answerRows(c, services, routes.indicatorTypes, c.req.valid('query'), ['indicator'], async () =>
        (await clock.names()).indicatorTypes.map((type) => ({ ...type })),
      ),
    )
    .openapi(routes.klines, (c) => {
      const query = c.req.valid('query');
      return answerFacts(c, services, routes.klines, query, (names) => {
        checkPartition(names, query);
        return factRows.klines(names, query);
      });
    })
    .openapi(routes.indicators, (c) => {
      const query = c.req.valid('query');
      return answerFacts(c, services, routes.indicators, query, (names) => {
        checkPartition(names, query);
        return factRows.indicators(names, query, codesOf(names, query.codes));
      });
    })
    .openapi(routes.indicatorValues, (c) => {
      const query = c.req.valid('query');
      return answerFacts(c, services, routes.indicatorValues, query, (names) => {
        checkPartition(names, query);
        return factRows.indicatorValues(names, query, codesOf(names, query.codes));
      });
    });
}
