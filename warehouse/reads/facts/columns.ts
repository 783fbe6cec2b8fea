import type { BatchColumn } from '../../analytics/session.js';
import type { StrategyRecord } from '../../strategy.js';
import type { Names } from '../names.js';

export const number = (name: string, expression = `p."${name}"`): BatchColumn => ({
  name,
  kind: 'number',
  expressions: [expression],
});

/** A number that is made of others. */
export const computed = (
  name: string,
  expressions: readonly string[],
  numberOf: (...values: number[]) => number,
): BatchColumn => ({ name, kind: 'number', expressions, numberOf });

export const text = (name: string, expression = `p."${name}"`): BatchColumn => ({
  name,
  kind: 'text',
  expression,
});

export const coded = (
  name: string,
  expressions: string | readonly string[],
  textOf: (...codes: number[]) => string | null,
): BatchColumn => ({
  name,
  kind: 'coded',
  expressions: typeof expressions === 'string' ? [expressions] : expressions,
  textOf,
});

/** symbol and interval by their ids: names are looked up here, not joined, which takes half of the time of a short page. */
export function partitionColumns(names: Names): BatchColumn[] {
  const { symbols, intervals } = textsOfIds(names);
  return [
    coded('symbol', 'p.symbol_id', (id) => symbols.get(id) ?? null),
    coded('interval', 'p.interval_id', (id) => intervals.get(id) ?? null),
  ];
}

/** strategy and version by the id. */
export function strategyColumns(records: readonly StrategyRecord[]): BatchColumn[] {
  const byId = new Map(records.map((record) => [record.strategyId, record]));
  return [
    coded('strategy', 'p.strategy_id', (id) => byId.get(id)?.document.strategy ?? null),
    computed('version', ['p.strategy_id'], (id) => byId.get(id!)!.version),
  ];
}

/** `strategy@version:symbol:interval:predicting_at` */
export function predictionId(names: Names, records: readonly StrategyRecord[]): BatchColumn {
  const { symbols, intervals } = textsOfIds(names);
  const strategies = new Map(
    records.map(({ strategyId, document, version }) => [strategyId, `${document.strategy}@${version}`]),
  );
  return coded(
    'prediction_id',
    ['p.strategy_id', 'p.symbol_id', 'p.interval_id', 'p.predicting_at'],
    (strategy, symbol, interval, at) =>
      `${strategies.get(strategy!)}:${symbols.get(symbol!)}:${intervals.get(interval!)}:${at}`,
  );
}

function textsOfIds({ symbols, intervals }: Names) {
  return {
    symbols: new Map(Array.from(symbols, ([symbol, id]) => [id, symbol])),
    intervals: new Map(Array.from(intervals, ([interval, { id }]) => [id, interval])),
  };
}
