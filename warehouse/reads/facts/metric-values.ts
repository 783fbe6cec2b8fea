import type { StrategyRecord } from '../../strategy.js';
import type { Names } from '../names.js';
import type { FactPage } from '../page.js';
import { type FactChoice, partitionWhere, strategyWhere, timeKey, timeWhere } from './choice.js';
import { coded, number, partitionColumns, strategyColumns } from './columns.js';

/**
 * Metrics of one strategy and partition that are known, metric by metric in the order of the text.
 *
 * @param codes active metrics of the strategy
 */
export function metricValues(
  names: Names,
  choice: FactChoice,
  record: StrategyRecord,
  codes: readonly string[],
): FactPage {
  const metrics = record.document.metrics
    .map(({ code, active }, position) => ({ code, active, position }))
    .filter(({ code, active }) => active && codes.includes(code))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
  const from = metrics.map(
    ({ position }, place) =>
      `(SELECT b.strategy_id, b.symbol_id, b.interval_id, ${place} AS metric, b.predicting_at AS calculating_at,
        (b.fired_mask >> ${position}) & 1 AS metric_value
      FROM bar_prediction b WHERE ((b.known_mask >> ${position}) & 1) = 1)`,
  );
  return {
    columns: [
      ...strategyColumns([record]),
      ...partitionColumns(names),
      coded('metric', 'p.metric', (place) => metrics[place!]!.code),
      number('calculating_at'),
      number('metric_value'),
    ],
    from,
    where: [
      strategyWhere([record]),
      ...partitionWhere(names, choice),
      ...timeWhere('calculating_at', choice),
    ],
    parameters: {},
    order: ['p.metric', 'p.calculating_at'],
    textKeys: [],
    time: timeKey(names, choice, 1),
  };
}
