import type { BatchColumn } from '../../analytics/session.js';
import { STATUS_TEXT } from '../../schema/batches.js';
import { LOGICAL_COLUMNS } from '../../schema/logical-columns.js';
import type { StrategyRecord } from '../../strategy.js';
import type { Names } from '../names.js';
import type { FactPage } from '../page.js';
import { type FactChoice, partitionWhere, strategyWhere, timeKey, timeWhere } from './choice.js';
import { coded, number, partitionColumns, predictionId, strategyColumns } from './columns.js';
import { ACTION_CODE, actionColumn, TIE } from './predictions.js';

export interface ResultChoice extends FactChoice {
  readonly strategies: readonly StrategyRecord[];
  readonly action?: 'BUY' | 'SELL' | undefined;
  readonly status?: (typeof STATUS_TEXT)[number] | undefined;
  readonly isStrong?: boolean | undefined;
  /** predicting_at, confirmed_at or pnl_pct */
  readonly sort: string;
}

/** What became of the predictions of strategy versions. */
export function results(names: Names, choice: ResultChoice): FactPage {
  const { strategies, action, status, isStrong, sort } = choice;
  const where = [
    strategyWhere(strategies),
    ...partitionWhere(names, choice),
    ...timeWhere('predicting_at', choice),
  ];
  if (action !== undefined) where.push(`p.action = ${ACTION_CODE[action]}`);
  if (status !== undefined) where.push(`p.result_status = ${STATUS_TEXT.indexOf(status)}`);
  if (isStrong !== undefined) where.push(`p.is_strong = ${isStrong ? 1 : 0}`);
  const named = new Map<string, BatchColumn>(
    [
      ...strategyColumns(strategies),
      ...partitionColumns(names),
      actionColumn,
      coded('result_status', 'p.result_status', (code) => STATUS_TEXT[code!]!),
    ].map((column) => [column.name, column]),
  );
  const isByTime = sort === 'predicting_at';
  return {
    columns: [
      predictionId(names, strategies),
      ...LOGICAL_COLUMNS.fact_prediction_result.map((name) => named.get(name) ?? number(name)),
    ],
    from: ['fact_prediction_result'],
    where,
    parameters: {},
    order: isByTime ? TIE : [`p.${sort}`, ...TIE],
    textKeys: [],
    time: isByTime ? timeKey(names, choice, 0, { rowsPerBar: strategies.length, share: 1 / 4 }) : null,
  };
}
