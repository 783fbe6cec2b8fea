import type { KlineChange, LineageBlock, WriteSession } from '../../warehouse/index.js';
import { durationOf } from '../interval.js';
import { hashOfBlocks } from '../lineage.js';
import { strategyVersions } from '../versions.js';
import type { StreamContext } from './context.js';
import type { FreshPredictions } from './publisher.js';
import type { Series, Work } from './series.js';

/** What a transaction did to a series, all in all. */
export interface SeriesChange extends Work, Pick<KlineChange, 'toTime' | 'added' | 'revised'> {
  readonly series: Series;
  /** Predictions, when nothing but new bars came; null: bars were computed again. */
  readonly fresh: FreshPredictions | null;
}

/**
 * Writes everything that the ledger holds of a series anew: its change, the blocks since the last whole one, checkpoints,
 * heads, tasks. Further bars of the incomplete block then only move these rows on (`WriteSession.advance`).
 */
export async function writeLedger(
  context: StreamContext,
  session: WriteSession,
  change: SeriesChange,
): Promise<void> {
  const { series, fromTime, toTime, added, revised } = change;
  const { key } = series;
  const { runId } = context;
  series.grewBy(await session.recordKlineChange({ ...key, runId, fromTime, toTime, added, revised }));
  const { blocks, trades } = series.takeBlocks();
  const incomplete = series.incompleteBlock();
  const written: LineageBlock[] =
    incomplete === null ? [...blocks] : [...blocks, { ...incomplete, state: null }];
  const blockStart = series.blockEnd + durationOf(key.interval);
  const from = Math.max(series.blockEnd + 1, 0);
  await session.replaceLineage(key, from, written);
  series.blockEnd = blocks.at(-1)?.closeTime ?? series.blockEnd;
  await writeHeads(context, session, series);
  for (const [i, { strategyId }] of series.strategies.entries()) {
    const states = trades.map((block) => ({ closeTime: block.closeTime, state: block.states[i]! }));
    await session.replaceTradeCheckpoints(strategyId, key, from, states);
  }
  // Blocks are written from their first bar on, so their task covers the bars whose rows were only moved on before.
  const done = addWork(series.untasked, change);
  const first = Math.max(blockStart, series.firstCloseTime);
  await writeTasks(context, session, series, { ...done, fromTime: Math.min(fromTime, first) }, written);
  // Behind a whole block there is no row to move on: the next bars begin a change, and an incomplete block, of their own.
  if (incomplete === null) series.change = null;
}

/** Heads of a series as it stands. */
export async function writeHeads(
  { runId, versions }: StreamContext,
  session: WriteSession,
  { key, rows, lastCloseTime, seq, finerSeq, strategies }: Series,
): Promise<void> {
  const head = { ...key, runId, seq, finerSeq, rows, lastCloseTime };
  await session.setHead({ ...head, strategyId: null, versions: versions.codes });
  for (const { strategyId, document } of strategies)
    await session.setHead({ ...head, strategyId, versions: strategyVersions(document, versions) });
}

/** Both together. */
export function addWork(before: Work | null, work: Work): Work {
  if (before === null) return work;
  return {
    fromTime: Math.min(before.fromTime, work.fromTime),
    bars: before.bars + work.bars,
    strategyRows: before.strategyRows.map((rows, i) => rows + work.strategyRows[i]!),
    reason: before.reason === 'changed bars' ? before.reason : work.reason,
    elapsedMs: before.elapsedMs + work.elapsedMs,
  };
}

/** Tasks of the ledger for what was done of a series up to its last bar. @param blocks that hold its bars */
export async function writeTasks(
  { runId, versions }: StreamContext,
  session: WriteSession,
  series: Series,
  work: Work,
  blocks: readonly { readonly klineHash: string }[],
): Promise<void> {
  const task = {
    ...series.key,
    runId,
    fromTime: work.fromTime,
    toTime: series.lastCloseTime,
    bars: work.bars,
    reason: work.reason,
    klineHash: hashOfBlocks(blocks.map((block) => block.klineHash)),
    elapsedMs: work.elapsedMs,
  };
  await session.recordTask({
    ...task,
    stage: 'indicators',
    strategyId: null,
    rowsWritten: work.bars,
    codes: Object.keys(versions.codes),
    versions: versions.codes,
  });
  for (const [i, { strategyId, document }] of series.strategies.entries()) {
    const used = strategyVersions(document, versions);
    const rowsWritten = work.strategyRows[i]!;
    await session.recordTask({
      ...task,
      stage: 'strategy',
      strategyId,
      rowsWritten,
      codes: [],
      versions: used,
    });
  }
  series.untasked = null;
}
