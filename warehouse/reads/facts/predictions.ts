import type { BatchColumn } from '../../analytics/session.js';
import { resolveMaxScore } from '../../max-score.js';
import { FILTER_REASON, REASON_TEXT } from '../../schema/batches.js';
import { whole } from '../../store/sql.js';
import type { StrategyRecord } from '../../strategy.js';
import type { Names } from '../names.js';
import type { FactPage } from '../page.js';
import { type FactChoice, partitionWhere, strategyWhere, timeKey, timeWhere } from './choice.js';
import { coded, computed, number, partitionColumns, predictionId, strategyColumns } from './columns.js';
import { halvesOf, maskTexts } from './mask-texts.js';

export type Action = 'BUY' | 'SELL' | 'SIDEWAY';
export const ACTION_CODE: Readonly<Record<Action, number>> = { BUY: 1, SELL: -1, SIDEWAY: 0 };
export const actionColumn = coded('action', 'p.action', (code) =>
  code === 1 ? 'BUY' : code === -1 ? 'SELL' : 'SIDEWAY',
);
/** Rows of predictions and of results that agree in their sort come in this order. */
export const TIE = ['p.predicting_at', 'p.strategy_id', 'p.symbol_id', 'p.interval_id'];

const SCORES = ['p.buy_score', 'p.sell_score'];

export interface PredictionChoice extends FactChoice {
  readonly strategies: readonly StrategyRecord[];
  readonly action?: Action | undefined;
  readonly isTradable?: boolean | undefined;
  readonly isConflict?: boolean | undefined;
  /** predicting_at, market_score or confidence_score */
  readonly sort: string;
}

/** Predictions of strategy versions. */
export function predictions(names: Names, choice: PredictionChoice): FactPage {
  const { strategies, action, isTradable, isConflict, sort } = choice;
  const where = [
    strategyWhere(strategies),
    ...partitionWhere(names, choice),
    ...timeWhere('predicting_at', choice),
  ];
  if (action !== undefined) where.push(`p.action = ${ACTION_CODE[action]}`);
  if (isTradable !== undefined) where.push(`p.reason ${isTradable ? '=' : '<>'} 0`);
  if (isConflict !== undefined) where.push(`p.is_conflict = ${isConflict ? 1 : 0}`);
  const maxScores = new Map(
    strategies.map(({ strategyId, document }) => [strategyId, resolveMaxScore(document)]),
  );
  const orders: Readonly<Record<string, string>> = {
    market_score: 'abs(p.buy_score - p.sell_score)',
    confidence_score: `greatest(p.buy_score, p.sell_score) / ${maxScoreSql(maxScores)}`,
  };
  const score = orders[sort];
  const isFiltered = action !== undefined || isTradable !== undefined || isConflict !== undefined;
  return {
    columns: [
      predictionId(names, strategies),
      ...strategyColumns(strategies),
      ...partitionColumns(names),
      ...['predicting_at', 'close', 'buy_score', 'sell_score'].map((name) => number(name)),
      computed('market_score', SCORES, (buy, sell) => Math.abs(buy! - sell!)),
      computed('max_score', ['p.strategy_id'], (id) => maxScores.get(id!)!),
      computed(
        'confidence_score',
        ['p.strategy_id', ...SCORES],
        (id, buy, sell) => Math.max(buy!, sell!) / maxScores.get(id!)!,
      ),
      actionColumn,
      computed('is_tradable', ['p.reason'], (reason) => Number(reason === 0)),
      reasonColumn(strategies),
      number('is_conflict'),
      ...['metric_trend', 'metric_momentum', 'metric_volatility', 'metric_volume'].map((name) =>
        number(name),
      ),
      coded('metrics_fired', ['p.strategy_id', ...halvesOf('p.fired_mask')], maskTexts(strategies, 1)),
      coded('metrics_unknown', ['p.strategy_id', ...halvesOf('p.known_mask')], maskTexts(strategies, 0)),
    ],
    from: ['bar_prediction'],
    where,
    parameters: {},
    order: score === undefined ? TIE : [score, ...TIE],
    textKeys: [],
    time:
      score === undefined
        ? timeKey(names, choice, 0, { rowsPerBar: strategies.length, share: isFiltered ? 1 / 4 : 1 })
        : null,
  };
}

function maxScoreSql(maxScores: ReadonlyMap<number, number>): string {
  const branches = Array.from(maxScores, ([id, score]) => `WHEN ${whole(id)} THEN ${score}::DOUBLE`);
  return branches.length === 0 ? '1' : `CASE p.strategy_id ${branches.join(' ')} END`;
}

/** Why no trade was made; null: one was. */
function reasonColumn(records: readonly StrategyRecord[]): BatchColumn {
  const byId = new Map(records.map(({ strategyId, document }) => [strategyId, document]));
  return coded('no_trade_reason', ['p.strategy_id', 'p.reason'], (strategyId, reason) => {
    if (reason! < FILTER_REASON) return REASON_TEXT[reason!] ?? null;
    return `FILTER:${byId.get(strategyId!)!.metrics[reason! - FILTER_REASON]!.code}`;
  });
}
