import { numbers, type PartitionKey, type StrategyRecord, values } from '../../warehouse/index.js';
import { resumeCarry } from '../checkpoint.js';
import { durationOf } from '../interval.js';
import { klineArrays } from '../kline-arrays.js';
import { recompute } from '../recompute.js';
import { compileStrategy } from '../strategy/compile.js';
import type { StreamContext } from './context.js';
import { Series } from './series.js';

/**
 * A series as the warehouse holds it, ready for the bar behind its last one. What is stale of it (another kernel or
 * strategy version, bars that were loaded and never computed, finer bars that were not looked at) is computed first.
 */
export async function openSeries(context: StreamContext, key: PartitionKey): Promise<Series> {
  const { warehouse } = context;
  await recompute(warehouse, { ...key, threads: 0, versions: context.versions, now: context.now });
  const series = new Series(key, applyingStrategies(await warehouse.strategies(), key));
  // Before its bars are looked at: what changes from here on is behind what it knows.
  const heads = (await warehouse.heads())
    .filter(isOf(key))
    .filter(
      ({ strategyId }) =>
        strategyId === null || series.strategies.some((record) => record.strategyId === strategyId),
    );
  const newest = (await warehouse.newestChanges()).find(isOf(key));
  const partition = (await warehouse.partitions()).find(isOf(key));
  if (partition === undefined) {
    // Changes of bars that were forgotten stay.
    series.seq = newest?.seq ?? 0;
    return series;
  }
  const { firstCloseTime, lastCloseTime } = partition;
  const pass = { from: lastCloseTime + 1, codes: [], strategies: series.strategies, reason: 'stream' };
  const resumption = await resumeCarry(warehouse, partition, pass);
  if (resumption !== null) series.resume(resumption.carry, resumption.closeTime);
  series.firstCloseTime = firstCloseTime;
  const from = Math.max(firstCloseTime, (resumption?.closeTime ?? Number.NEGATIVE_INFINITY) + 1);
  for await (const batch of warehouse.scanKlines(key, { from }))
    series.skip(klineArrays(batch), batch.numRows);
  // Blocks that the way here went through are stored already.
  markStored(series);
  // Without heads its bars were loaded a moment ago: the first transaction finds them changed.
  series.seq = heads.length === 0 ? 0 : Math.min(...heads.map(({ seq }) => seq));
  series.finerSeq = Math.min(...heads.map(({ finerSeq }) => finerSeq));
  await findContested(context, series);
  return series;
}

/** Newest versions of the enabled ones of `strategies` that take this partition. */
export function applyingStrategies(
  strategies: readonly StrategyRecord[],
  { symbol, interval }: PartitionKey,
): StrategyRecord[] {
  return strategies.filter(
    (record) => record.isNewest && record.isEnabled && compileStrategy(record, interval).applies(symbol),
  );
}

/** What a series has behind it is in the warehouse: whole blocks are not written again. */
function markStored(series: Series): void {
  const last = series.takeBlocks().blocks.at(-1);
  if (last !== undefined) series.blockEnd = last.closeTime;
}

async function findContested({ warehouse }: StreamContext, series: Series): Promise<void> {
  // Nothing is finer than a minute.
  if (durationOf(series.key.interval) === durationOf('1m')) return;
  for (const { strategyId } of series.strategies)
    for await (const batch of warehouse.scanResults(strategyId, series.key, {})) {
      const isContested = values(batch, 'is_contested');
      numbers(batch, 'confirmed_at').forEach((time, r) => {
        if (isContested[r] === 1) series.contested.add(time);
      });
    }
}

const isOf =
  (key: PartitionKey) =>
  ({ symbol, interval }: PartitionKey): boolean =>
    symbol === key.symbol && interval === key.interval;
