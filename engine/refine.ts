import type { RecordBatch } from 'apache-arrow';
import { TradeBook } from '../kernels/index.js';
import { numbers, type PartitionState, values, type WriteSession } from '../warehouse/index.js';
import { ownAsPlanned } from './as-planned.js';
import { ChunkMemory } from './chunk-memory.js';
import { collect } from './collect.js';
import { ContestedExits } from './contested.js';
import { durationOf } from './interval.js';
import type { PassContext, PassReport } from './partition-pass.js';
import type { Refinement } from './plan.js';
import { resultBatch } from './result-batch.js';
import { ResultCollector } from './stages/result-collector.js';
import { type CompiledStrategy, compileStrategy } from './strategy/compile.js';
import type { FactColumns } from './task.js';
import { strategyVersions } from './versions.js';

/** A stored contested result that is to be decided again. */
interface Trade {
  readonly predictingAt: number;
  readonly action: number;
  readonly isStrong: boolean;
  readonly confirmedAt: number;
}

/** Decides the contested exits again whose finer bars came or changed (SPEC 6). */
export function runRefinement(
  context: PassContext,
  partition: PartitionState,
  refinement: Refinement,
): Promise<PassReport> {
  return context.writes.write(async (session) => {
    const startedAt = context.now();
    await ownAsPlanned(session, partition, context.planned);
    const { strategy } = refinement;
    const compiled = compileStrategy(strategy, partition.interval);
    const trades = await affectedTrades(context, partition, refinement, compiled);
    const results = await walkAgain(context, partition, compiled, trades);
    if (results.rows > 0) {
      await new ContestedExits(context.finer, partition).decide([{ strategy, results }]);
      await session.clearResults(strategy.strategyId, partition, results.arrays[0] as Float64Array);
      await session.appendResults(strategy.strategyId, partition, resultBatch(results));
    }
    const elapsedMs = context.now() - startedAt;
    await writeLedger(context, session, partition, refinement, results.rows, elapsedMs);
    return { bars: 0, rowsWritten: results.rows, elapsedMs };
  });
}

async function affectedTrades(
  { warehouse }: PassContext,
  partition: PartitionState,
  { strategy, changed }: Refinement,
  { trade }: CompiledStrategy,
): Promise<Trade[]> {
  const duration = durationOf(partition.interval);
  const lookahead = Math.max(
    ...[trade.buyWeak, trade.buyStrong, trade.sellWeak, trade.sellStrong].map((tier) => tier.lookaheadMs),
  );
  const from = Math.min(...changed.map((range) => range.fromTime)) - lookahead;
  const to = Math.max(...changed.map((range) => range.toTime)) + duration;
  const trades: Trade[] = [];
  for await (const batch of warehouse.scanResults(strategy.strategyId, partition, { from, to })) {
    const contested = values(batch, 'is_contested');
    const confirmedAt = numbers(batch, 'confirmed_at');
    for (let r = 0; r < batch.numRows; r++) {
      const exit = confirmedAt[r]!;
      const isAffected = changed.some(({ fromTime, toTime }) => exit >= fromTime && exit - duration < toTime);
      if (contested[r] === 1 && isAffected) trades.push(readTrade(batch, r));
    }
  }
  return trades;
}

function readTrade(batch: RecordBatch, row: number): Trade {
  return {
    predictingAt: numbers(batch, 'predicting_at')[row]!,
    action: Number(values(batch, 'action')[row]),
    isStrong: values(batch, 'is_strong')[row] === 1,
    confirmedAt: numbers(batch, 'confirmed_at')[row]!,
  };
}

/** The results of these trades as the partition's own bars make them. */
async function walkAgain(
  { warehouse }: PassContext,
  partition: PartitionState,
  { trade }: CompiledStrategy,
  trades: readonly Trade[],
): Promise<FactColumns> {
  const collector = new ResultCollector();
  if (trades.length > 0) {
    const from = trades[0]!.predictingAt;
    const to = trades.reduce((latest, { confirmedAt }) => Math.max(latest, confirmedAt), 0) + 1;
    const klines = await collect(warehouse.scanKlines(partition, { from, to }));
    const bars = {
      closeTime: klines.column('close_time'),
      open: klines.column('open'),
      high: klines.column('high'),
      low: klines.column('low'),
      close: klines.column('close'),
    };
    const book = new TradeBook(trade, durationOf(partition.interval));
    let row = 0;
    for (const { predictingAt, action, isStrong } of trades) {
      while (bars.closeTime[row]! < predictingAt) row++;
      // The tier is known; an endless edge is strong and an endless lack of one weak under every strategy.
      const edge = isStrong ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      book.open(predictingAt, action, edge, bars.close[row]!);
      book.walkNewest(bars, row + 1, klines.rows, (result) => collector.add(result));
    }
  }
  return collector.take(new ChunkMemory());
}

async function writeLedger(
  context: PassContext,
  session: WriteSession,
  partition: PartitionState,
  { strategy, changed }: Refinement,
  rowsWritten: number,
  elapsedMs: number,
): Promise<void> {
  const { symbol, interval, rows, lastCloseTime } = partition;
  const { strategyId, document } = strategy;
  const versions = strategyVersions(document, context.versions);
  const base = { symbol, interval, strategyId, versions, runId: context.runId };
  await session.setHead({ ...base, seq: context.seq, finerSeq: context.seq, rows, lastCloseTime });
  await session.recordTask({
    ...base,
    stage: 'refine',
    fromTime: Math.min(...changed.map((range) => range.fromTime)),
    toTime: Math.max(...changed.map((range) => range.toTime)),
    bars: 0,
    rowsWritten,
    codes: [],
    reason: 'finer bars',
    klineHash: null,
    elapsedMs,
  });
}
