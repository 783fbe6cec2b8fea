import {
  BLOCK_ROWS,
  bindMetrics,
  type CompiledStrategy,
  compileStrategy,
  durationOf,
} from '../engine/index.js';
import {
  type Bars,
  newColumn,
  newPredictions,
  newRows,
  type PredictionColumns,
  type RunRows,
  Scorer,
} from '../kernels/index.js';
import { computeCodes } from './kernel-input.js';
import type { Klines } from './klines.js';
import { benchStrategies } from './strategies.js';

/** One strategy over columns that hold a whole partition. */
export interface StrategyRun {
  readonly name: string;
  readonly strategy: CompiledStrategy;
  readonly score: RunRows;
  readonly evaluate: RunRows;
  readonly column: (name: string) => Float64Array;
  readonly scores: PredictionColumns;
}

/** Both shipped strategies on one partition, indicators ready. */
export interface StrategyInput {
  readonly rows: number;
  readonly durationMs: number;
  readonly bars: Bars;
  readonly streak: Int32Array;
  readonly runs: readonly StrategyRun[];
}

export function strategyInput(klines: Klines): StrategyInput {
  const { rows, interval, columns } = klines;
  const durationMs = durationOf(interval);
  const [, open, high, low, close, volume, closeTime] = columns as Float64Array[];
  const codes = computeCodes(klines);
  codes.set('CLOSE', close!).set('VOLUME', volume!).set('HIGH', high!).set('LOW', low!).set('OPEN', open!);
  // As the pipeline has them: where conditions compute without copying.
  const placed = new Map<string, Float64Array>();
  const column = (name: string): Float64Array => {
    const own = placed.get(name) ?? newColumn(rows);
    if (!placed.has(name)) own.set(codes.get(name)!);
    placed.set(name, own);
    return own;
  };
  const streak = streaks(closeTime!, durationMs);
  const runs = benchStrategies().map((record): StrategyRun => {
    const strategy = compileStrategy(record, interval);
    const { truth, run: evaluate } = bindMetrics(strategy.metrics, column, streak);
    const scores = newPredictions(rows);
    const score = new Scorer(strategy.scoring).bind(truth, scores);
    return { name: record.document.strategy, strategy, column, evaluate, score, scores };
  });
  const bars = { closeTime: closeTime!, open: open!, high: high!, low: low!, close: close! };
  return { rows, durationMs, bars, streak, runs };
}

/** Metrics of both strategies together. */
export const metricCount = ({ runs }: StrategyInput): number =>
  runs.reduce((sum, { strategy }) => sum + strategy.metrics.length, 0);

/** Conditions and scoring of every row, block by block and in the order of the pipeline's strategy stage. */
export function runStrategies({ rows, runs }: StrategyInput): void {
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    const end = Math.min(rows, start + BLOCK_ROWS);
    for (const { evaluate, score } of runs) {
      evaluate(start, end);
      score(start, end);
    }
  }
}

/** Rows directly before each row that follow each other without a gap. */
export function streaks(closeTime: Float64Array, durationMs: number): Int32Array {
  const streak = newRows(Int32Array, closeTime.length);
  for (let t = 1; t < streak.length; t++)
    streak[t] = closeTime[t]! - closeTime[t - 1]! === durationMs ? streak[t - 1]! + 1 : 0;
  return streak;
}
