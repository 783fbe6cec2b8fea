import { BLOCK_ROWS } from '../engine/index.js';
import {
  ACTION,
  confirmRows,
  REASON,
  SCORE_TOLERANCE,
  TradeBook,
  type TradeResult,
} from '../kernels/index.js';
import { type NaiveBar, type NaiveResult, type NaiveTrade, naiveResult } from '../test/reference/confirm.js';
import type { StrategyInput, StrategyRun } from './strategy-input.js';

/** Trades of the shipped strategies, walked by the kernel: block by block, as the pipeline's strategy stage does. */
export function runConfirmations({ rows, bars, durationMs, runs }: StrategyInput, emit: Emit): void {
  for (const run of runs) {
    const book = new TradeBook(run.strategy.trade, durationMs);
    for (let start = 0; start < rows; start += BLOCK_ROWS)
      confirmRows(book, bars, run.scores, start, Math.min(rows, start + BLOCK_ROWS), (result) =>
        emit(run, result),
      );
  }
}

/** What is done with a result, which the next one writes over. */
export type Emit = (run: StrategyRun, result: Readonly<TradeResult>) => void;

/** The trade of one tradable bar as the naive twin takes it, and what the twin makes of it. */
export interface TwinTrade {
  readonly run: StrategyRun;
  readonly trade: NaiveTrade;
  /** From the signal's bar to the first one at or after the window's end. */
  readonly bars: readonly NaiveBar[];
  readonly outcome: NaiveResult | 'open' | 'unfilled';
  /** Bars that the trade is open at: those of its window up to the exit's, or all there are without one. */
  readonly visits: number;
}

export function twinTrades({ rows, bars, durationMs, runs }: StrategyInput): TwinTrade[] {
  const { closeTime, open, high, low, close } = bars;
  const plain: NaiveBar[] = Array.from(closeTime, (time, t) => ({
    closeTime: time,
    open: open[t]!,
    high: high[t]!,
    low: low[t]!,
    close: close[t]!,
  }));
  return runs.flatMap((run) => {
    const { action, reason, buyScore, sellScore } = run.scores;
    const { trade: rules } = run.strategy;
    const trades: TwinTrade[] = [];
    for (let t = 0; t < rows; t++) {
      if (reason[t] !== REASON.NONE) continue;
      const isStrong = Math.abs(buyScore[t]! - sellScore[t]!) >= rules.strongEdge - SCORE_TOLERANCE;
      const side = action[t] === ACTION.BUY ? 'BUY' : 'SELL';
      const [weak, strong] =
        side === 'BUY' ? [rules.buyWeak, rules.buyStrong] : [rules.sellWeak, rules.sellStrong];
      const tier = isStrong ? strong : weak;
      const end = closeTime[t]! + tier.lookaheadMs;
      let stop = t + 1;
      while (stop < rows && closeTime[stop]! < end) stop++;
      const { entryAtClose, feeBps, slippageBps } = rules;
      const predictingAt = closeTime[t]!;
      const signal = {
        predictingAt,
        side,
        isStrong,
        tier,
        entryAtClose,
        feeBps,
        slippageBps,
        durationMs,
      } as const;
      trades.push(twinTrade(run, signal, plain.slice(t, stop + 1)));
    }
    return trades;
  });
}

function twinTrade(run: StrategyRun, trade: NaiveTrade, bars: readonly NaiveBar[]): TwinTrade {
  const outcome = naiveResult(trade, bars);
  const last =
    typeof outcome === 'string' ? trade.predictingAt + trade.tier.lookaheadMs : outcome.confirmedAt;
  const visits = bars.filter(({ closeTime }) => closeTime > trade.predictingAt && closeTime <= last).length;
  return { run, trade, bars, outcome, visits };
}

/** What a trade came to, by the names of the naive twin's result. */
type ComparedResult = { readonly [Name in keyof NaiveResult]: unknown };
/** Results by the strategy's run, then by `predictingAt`. */
export type ResultsByRun = ReadonlyMap<StrategyRun, ReadonlyMap<number, ComparedResult>>;

/** Walks the trades and compares their results with the naive twin. @throws Error that names the first difference */
export function checkConfirmations(input: StrategyInput, trades: readonly TwinTrade[]): string {
  const results = new Map<StrategyRun, Map<number, TradeResult>>(input.runs.map((run) => [run, new Map()]));
  runConfirmations(input, (run, result) => results.get(run)!.set(result.predictingAt, { ...result }));
  return checkResults(results, trades);
}

/** Compares every result, and what stays open, with the naive twin. @throws Error that names the first difference */
export function checkResults(results: ResultsByRun, trades: readonly TwinTrade[]): string {
  let decided = 0;
  for (const { run, trade, outcome } of trades) {
    const ours = results.get(run)!.get(trade.predictingAt);
    const at = `bench: ${run.name}, trade of ${trade.predictingAt}`;
    if (typeof outcome === 'string') {
      if (ours !== undefined) throw new Error(`${at}: decided, the naive twin has it ${outcome}`);
      continue;
    }
    for (const [name, value] of Object.entries(outcome))
      if (!Object.is(ours?.[name as keyof NaiveResult], value))
        throw new Error(`${at}: ${name} ${ours?.[name as keyof NaiveResult]}, the naive twin has ${value}`);
    decided++;
  }
  const emitted = [...results.values()].reduce((sum, { size }) => sum + size, 0);
  if (emitted !== decided) throw new Error(`bench: ${emitted} results, the naive twin has ${decided}`);
  const text = (count: number): string => count.toLocaleString('en-US');
  return `${text(trades.length)} trades, ${text(decided)} results as the naive twin has them, bit for bit`;
}
