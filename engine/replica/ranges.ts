import type { PartitionKey, Snapshot, StrategyRecord, Warehouse } from '../../warehouse/index.js';
import { compileStrategy } from '../strategy/compile.js';
import type { CopyRanges } from './partition-copy.js';
import type { PartitionSync } from './plan.js';
import { collectRows } from './rows.js';

const START = Number.NEGATIVE_INFINITY;

/** Every fact of the partition, of all strategy versions that were ever computed on it. */
export async function wholeRanges(
  source: Snapshot,
  { symbolId, intervalId }: PartitionSync,
): Promise<CopyRanges> {
  const heads = await collectRows<{ strategy_id: number | null }>(
    source,
    'stage_head',
    { symbol_id: symbolId, interval_id: intervalId },
    ['strategy_id'],
  );
  const strategies = heads.flatMap(({ strategy_id: strategyId }) =>
    strategyId === null
      ? []
      : [{ record: { strategyId }, predictions: START, results: START, checkpointsAfter: START }],
  );
  return { indicators: START, lineageAfter: START, strategies };
}

/** What the ledger's ranges mean for tables whose rows reach back before the first stale bar. */
export async function staleRanges(
  target: Warehouse,
  sync: PartitionSync,
  key: PartitionKey,
  records: ReadonlyMap<number, StrategyRecord>,
): Promise<CopyRanges> {
  const strategies = [];
  for (const [strategyId, { predictions, results }] of sync.strategies) {
    const record = records.get(strategyId);
    if (record === undefined)
      throw new Error(`replica: strategy ${strategyId} of the ledger is not in dim_strategy`);
    strategies.push({
      record,
      predictions,
      results: await firstResult(target, sync, key, record, results),
      checkpointsAfter: predictions === null ? START : await lastBlock(target, sync, predictions),
    });
  }
  const { indicators } = sync;
  return {
    indicators,
    lineageAfter: indicators === null ? START : await lastBlock(target, sync, indicators),
    strategies,
  };
}

/**
 * Trades that were open after the last bar before `from` may have got another result, or their first. That bar decides, not
 * the clock: over a gap a trade stays open longer than its lookahead. Bars before `from` are the same on both sides.
 */
async function firstResult(
  target: Warehouse,
  sync: PartitionSync,
  { interval }: PartitionKey,
  record: StrategyRecord,
  from: number,
): Promise<number> {
  const first = Math.min(from, sync.klines?.from ?? from);
  const last = await lastBefore(target, sync, 'fact_kline', first, '');
  if (last === null) return START;
  const { buyWeak, buyStrong, sellWeak, sellStrong } = compileStrategy(record, interval).trade;
  const tiers = [buyWeak, buyStrong, sellWeak, sellStrong];
  return last - Math.max(...tiers.map((tier) => tier.lookaheadMs));
}

/** End of the last whole block of lineage before `from`: computing was resumed from it, or from an earlier one. */
async function lastBlock(target: Warehouse, sync: PartitionSync, from: number): Promise<number> {
  return (await lastBefore(target, sync, 'lineage_block', from, 'AND state IS NOT NULL')) ?? START;
}

async function lastBefore(
  target: Warehouse,
  { symbolId, intervalId }: PartitionSync,
  table: string,
  before: number,
  condition: string,
): Promise<number | null> {
  const { rows } = await target.query(
    `SELECT max(close_time) FROM ${table}
     WHERE symbol_id = ${symbolId} AND interval_id = ${intervalId} AND close_time < ${before} ${condition}`,
  );
  const found = rows[0]![0];
  return found === null ? null : Number(found);
}
