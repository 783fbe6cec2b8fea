import { BLOCK_ROWS, type CompiledStrategy, compileStrategy, durationOf } from '../engine/index.js';
import {
  type Bars,
  difference as bindDifference,
  CONDITIONS,
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

/** A metric bound to its columns, as the pipeline binds it. */
interface BoundMetric {
  readonly params: CompiledStrategy['metrics'][number];
  /** y is `left`, or `left - right`. */
  readonly left: Float64Array;
  readonly right: Float64Array | null;
  readonly span: number;
  readonly subtract: RunRows | null;
  readonly evaluate: RunRows;
}

/** One strategy over columns that hold a whole partition. */
export interface StrategyRun {
  readonly name: string;
  readonly strategy: CompiledStrategy;
  readonly score: RunRows;
  readonly metrics: readonly BoundMetric[];
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
    const truth = strategy.metrics.map(() => newRows(Uint8Array, rows));
    const difference = newColumn(rows);
    const metrics = strategy.metrics.map((params, m) => {
      const condition = CONDITIONS.get(params.direction)!;
      const indicator = column(params.indicator);
      const fromClose = condition.subject === 'from_close';
      const left = fromClose ? column('CLOSE') : indicator;
      const right = fromClose ? indicator : params.reference === null ? null : column(params.reference);
      const y = right === null ? left : difference;
      return {
        params,
        left,
        right,
        span: condition.span(params.window),
        subtract: right === null ? null : bindDifference(left, right, difference),
        evaluate: condition.bind(y, streak, params, truth[m]!),
      };
    });
    const scores = newPredictions(rows);
    const score = new Scorer(strategy.scoring).bind(truth, scores);
    return { name: record.document.strategy, strategy, metrics, score, scores };
  });
  const bars = { closeTime: closeTime!, open: open!, high: high!, low: low!, close: close! };
  return { rows, durationMs, bars, streak, runs };
}

/** Metrics of both strategies together. */
export const metricCount = ({ runs }: StrategyInput): number =>
  runs.reduce((sum, { metrics }) => sum + metrics.length, 0);

/** Conditions and scoring of every row, block by block and in the order of the pipeline's strategy stage. */
export function runStrategies({ rows, runs }: StrategyInput): void {
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    const end = Math.min(rows, start + BLOCK_ROWS);
    for (const { metrics, score } of runs) {
      for (const { span, subtract, evaluate } of metrics) {
        subtract?.(Math.max(0, start - span), end);
        evaluate(start, end);
      }
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
