import { BLOCK_ROWS, type CompiledStrategy, compileStrategy, durationOf } from '../engine/index.js';
import { type Bars, CONDITIONS, type Condition, type PredictionColumns, Scorer } from '../kernels/index.js';
import { computeCodes } from './kernel-input.js';
import type { Klines } from './klines.js';
import { benchStrategies } from './strategies.js';

/** A metric bound to its columns: y is `left`, or `left - right`. */
interface BoundMetric {
  readonly params: CompiledStrategy['metrics'][number];
  readonly condition: Condition;
  readonly span: number;
  readonly left: Float64Array;
  readonly right: Float64Array | null;
}

/** One strategy over columns that hold a whole partition. */
export interface StrategyRun {
  readonly name: string;
  readonly strategy: CompiledStrategy;
  readonly scorer: Scorer;
  readonly metrics: readonly BoundMetric[];
  readonly truth: readonly Uint8Array[];
  readonly difference: Float64Array;
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
  const column = (name: string): Float64Array => codes.get(name)!;
  const runs = benchStrategies().map((record): StrategyRun => {
    const strategy = compileStrategy(record, interval);
    const metrics = strategy.metrics.map((params) => {
      const condition = CONDITIONS.get(params.direction)!;
      const indicator = column(params.indicator);
      const fromClose = condition.subject === 'from_close';
      const left = fromClose ? close! : indicator;
      const right = fromClose ? indicator : params.reference === null ? null : column(params.reference);
      return { params, condition, span: condition.span(params.window), left, right };
    });
    return {
      name: record.document.strategy,
      strategy,
      scorer: new Scorer(strategy.scoring),
      metrics,
      truth: metrics.map(() => new Uint8Array(rows)),
      difference: new Float64Array(rows),
      scores: predictionColumns(rows),
    };
  });
  const bars = { closeTime: closeTime!, open: open!, high: high!, low: low!, close: close! };
  return { rows, durationMs, bars, streak: streaks(closeTime!, durationMs), runs };
}

/** Metrics of both strategies together. */
export const metricCount = ({ runs }: StrategyInput): number =>
  runs.reduce((sum, { metrics }) => sum + metrics.length, 0);

/** Conditions and scoring of every row, block by block and in the order of the pipeline's strategy stage. */
export function runStrategies({ rows, streak, runs }: StrategyInput): void {
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    const end = Math.min(rows, start + BLOCK_ROWS);
    for (const { metrics, truth, difference, scorer, scores } of runs) {
      for (let m = 0; m < metrics.length; m++) {
        const { params, condition, span, left, right } = metrics[m]!;
        let y = left;
        if (right !== null) {
          y = difference;
          for (let t = Math.max(0, start - span); t < end; t++) y[t] = left[t]! - right[t]!;
        }
        condition.run(y, streak, params, truth[m]!, start, end);
      }
      scorer.score(truth, scores, start, end);
    }
  }
}

/** Rows directly before each row that follow each other without a gap. */
function streaks(closeTime: Float64Array, durationMs: number): Int32Array {
  const streak = new Int32Array(closeTime.length);
  for (let t = 1; t < streak.length; t++)
    streak[t] = closeTime[t]! - closeTime[t - 1]! === durationMs ? streak[t - 1]! + 1 : 0;
  return streak;
}

function predictionColumns(rows: number): PredictionColumns {
  return {
    knownMask: new Uint32Array(rows * 2),
    firedMask: new Uint32Array(rows * 2),
    buyScore: new Float64Array(rows),
    sellScore: new Float64Array(rows),
    action: new Int8Array(rows),
    reason: new Int16Array(rows),
    isConflict: new Uint8Array(rows),
    metricTrend: new Float64Array(rows),
    metricMomentum: new Float64Array(rows),
    metricVolatility: new Float64Array(rows),
    metricVolume: new Float64Array(rows),
  };
}
