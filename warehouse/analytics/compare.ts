import { reasonText } from '../reads/reason-text.js';
import { whichVersions } from '../reads/versions.js';
import type { StrategyRecord } from '../strategy.js';
import type { PartitionKey, Warehouse } from '../warehouse.js';
import type { AnalyticsFilter } from './filter.js';
import { partitionParameters, readSlots } from './slots.js';
import { analyticsSql } from './sql.js';

/** What a strategy version decided on a bar: the action of a tradable prediction, else NONE. */
export interface Decision {
  readonly decision: 'BUY' | 'SELL' | 'NONE';
  /** null: tradable. */
  readonly no_trade_reason: string | null;
  readonly buy_score: number;
  readonly sell_score: number;
}

/** A bar on which two strategy versions decided differently. */
export interface DecisionChange extends PartitionKey {
  readonly predicting_at: number;
  readonly first: Decision;
  readonly second: Decision;
}

/** Two strategy versions on the same bars. */
export interface Comparison {
  /** name@version */
  readonly first: string;
  readonly second: string;
  /** Bars with a prediction of both. */
  readonly bars: number;
  /** Bars with a prediction of one alone: nothing to compare. */
  readonly only_first: number;
  readonly only_second: number;
  readonly changed: number;
  /** By symbol, interval and time. */
  readonly changes: readonly DecisionChange[];
}

interface ComparedRow extends PartitionKey {
  readonly predicting_at: number;
  readonly first_decision: Decision['decision'];
  readonly first_reason: number;
  readonly first_buy: number;
  readonly first_sell: number;
  readonly second_decision: Decision['decision'];
  readonly second_reason: number;
  readonly second_buy: number;
  readonly second_sell: number;
}

/**
 * Bars whose decisions differ between two strategy versions.
 *
 * @param names `NAME` or `NAME@VERSION`
 * @throws Error that lists the names when one is not there
 */
export async function readComparison(
  warehouse: Warehouse,
  names: readonly [first: string, second: string],
  filter: Pick<AnalyticsFilter, 'symbol' | 'interval' | 'from' | 'to'> = {},
): Promise<Comparison> {
  const records = await warehouse.strategies();
  const [first, second] = names.map((name) => whichVersions(records, name)[0]!) as [
    StrategyRecord,
    StrategyRecord,
  ];
  return warehouse.analyse(async (session) => {
    const slots = await readSlots(session, filter);
    await session.keep('compared', analyticsSql('compare'), {
      ...partitionParameters(filter, slots),
      first_id: first.strategyId,
      second_id: second.strategyId,
    });
    const [counts] = await session.rows<Pick<Comparison, 'bars' | 'only_first' | 'only_second' | 'changed'>>(
      analyticsSql('compare-counts'),
    );
    const rows = await session.rows<ComparedRow>(analyticsSql('compare-changes'));
    return {
      first: `${first.document.strategy}@${first.version}`,
      second: `${second.document.strategy}@${second.version}`,
      ...counts!,
      changes: rows.map((row) => ({
        symbol: row.symbol,
        interval: row.interval,
        predicting_at: row.predicting_at,
        first: {
          decision: row.first_decision,
          no_trade_reason: reasonText(first.document, row.first_reason),
          buy_score: row.first_buy,
          sell_score: row.first_sell,
        },
        second: {
          decision: row.second_decision,
          no_trade_reason: reasonText(second.document, row.second_reason),
          buy_score: row.second_buy,
          sell_score: row.second_sell,
        },
      })),
    };
  });
}
