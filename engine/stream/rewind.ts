import { TradeBook } from '../../kernels/index.js';
import { type BarAppend, KLINE_COLUMNS, type WriteSession } from '../../warehouse/index.js';
import { resumeCarry } from '../checkpoint.js';
import { collect } from '../collect.js';
import { durationOf } from '../interval.js';
import { compileStrategy } from '../strategy/compile.js';
import type { StreamContext } from './context.js';
import { factBatches } from './facts.js';
import type { Series } from './series.js';

/** Bars that are read at a time. */
const SPAN_ROWS = 16_384;

/** What was computed again. */
export interface Rewound {
  readonly bars: number;
  readonly strategyRows: readonly number[];
}

/**
 * Takes a series back to the snapshot before `from` and computes it from there to `to`, its last close_time, with the klines
 * that `session` sees; the facts from `from` on are replaced. What stands before `from` must be committed.
 */
export async function rewind(
  context: StreamContext,
  session: WriteSession,
  series: Series,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Rewound> {
  const { key, strategies, lastCloseTime } = series;
  const firstCloseTime = Math.min(series.firstCloseTime, from);
  const durationMs = durationOf(key.interval);
  const partition = { ...key, rows: series.rows, firstCloseTime, lastCloseTime };
  const pass = { from, codes: [], strategies, reason: 'late bars' };
  const resumption = await resumeCarry(context.warehouse, partition, pass);
  const blockEnd = resumption?.closeTime ?? Number.NEGATIVE_INFINITY;
  series.resume(resumption?.carry ?? null, blockEnd);
  const start = Math.max(blockEnd + 1, firstCloseTime);
  for await (const { klines, rows } of spans(session, series, { from: start, to: from }, durationMs))
    series.skip(klines, rows);

  const openTrades = series.trades();
  await session.clearIndicators(key, from);
  for (const [i, strategy] of strategies.entries()) {
    const { trade } = compileStrategy(strategy, key.interval);
    const open = TradeBook.restore(trade, durationMs, openTrades[i]!).openPredictingAt();
    await session.clearPredictions(strategy.strategyId, key, from, open);
  }
  let bars = 0;
  const strategyRows = strategies.map(() => 0);
  for await (const { klines, rows } of spans(session, series, { from, to: to + 1 }, durationMs)) {
    const facts = factBatches(series, await series.push(context, klines, rows));
    await appendFacts(session, series, facts);
    bars += rows;
    facts.strategies.forEach(({ predictions, results }, i) => {
      strategyRows[i]! += predictions.numRows + results.numRows;
    });
  }
  return { bars, strategyRows };
}

async function appendFacts(
  session: WriteSession,
  { key }: Series,
  { indicators, strategies }: Pick<BarAppend, 'indicators' | 'strategies'>,
): Promise<void> {
  await session.appendIndicators(key, indicators);
  for (const { strategyId, predictions, results } of strategies) {
    if (predictions.numRows > 0) await session.appendPredictions(strategyId, key, predictions);
    if (results.numRows > 0) await session.appendResults(strategyId, key, results);
  }
}

/** The bars of a range, some at a time, each read to its end before it is handed out: the session writes in between. */
async function* spans(
  session: WriteSession,
  { key }: Series,
  range: { readonly from: number; readonly to: number },
  durationMs: number,
): AsyncGenerator<{ readonly klines: readonly Float64Array[]; readonly rows: number }> {
  const step = SPAN_ROWS * durationMs;
  for (let from = range.from; from < range.to; from += step) {
    const bars = await collect(session.scanKlines(key, { from, to: Math.min(from + step, range.to) }));
    if (bars.rows > 0) yield { klines: KLINE_COLUMNS.map(({ name }) => bars.column(name)), rows: bars.rows };
  }
}
