import {
  type Bars,
  CONDITIONS,
  type Condition,
  confirmRows,
  type PredictionColumns,
  Scorer,
  TradeBook,
} from '../../kernels/index.js';
import type { StrategyRecord } from '../../warehouse/index.js';
import { ChunkMemory } from '../chunk-memory.js';
import { durationOf } from '../interval.js';
import { type CompiledMetric, type CompiledStrategy, compileStrategy } from '../strategy/compile.js';
import type { StrategyFacts } from '../task.js';
import { allocatePredictions, PredictionCollector } from './prediction-columns.js';
import { ResultCollector } from './result-collector.js';

/** A metric bound to its columns. */
interface BoundMetric {
  readonly metric: CompiledMetric;
  readonly condition: Condition;
  readonly span: number;
  /** Column of y, or of what is subtracted from to get it. */
  readonly left: Float64Array;
  readonly right: Float64Array | null;
  /** One byte a row of the pipeline's columns. */
  readonly truth: Uint8Array;
}

/** Rows before a chunk that the metrics of a strategy look at. */
export function metricHistory({ metrics }: CompiledStrategy): number {
  return metrics.reduce(
    (rows, { direction, window }) => Math.max(rows, CONDITIONS.get(direction)!.span(window)),
    0,
  );
}

/** Metrics, predictions and confirmations of one strategy on one partition, on the pipeline's columns. */
export class StrategyStage {
  readonly #strategy: CompiledStrategy;
  readonly #scorer: Scorer;
  readonly #durationMs: number;
  #book: TradeBook;
  readonly #results = new ResultCollector();
  #metrics: readonly BoundMetric[] = [];
  #truth: readonly Uint8Array[] = [];
  #streak: Int32Array = new Int32Array(0);
  /** y of a metric with a reference, computed anew for each. */
  #difference: Float64Array = new Float64Array(0);
  #scores: PredictionColumns = allocatePredictions(0);
  #bars: Bars | null = null;
  #predictions = new PredictionCollector(0, new ChunkMemory());

  constructor(record: StrategyRecord, interval: string) {
    this.#strategy = compileStrategy(record, interval);
    this.#scorer = new Scorer(this.#strategy.scoring);
    this.#durationMs = durationOf(interval);
    this.#book = new TradeBook(this.#strategy.trade, this.#durationMs);
  }

  /** @param trades open ones, as `saveTrades` returned them; undefined: none */
  restart(trades: Float64Array | undefined): void {
    const { trade } = this.#strategy;
    this.#book = TradeBook.restore(trade, this.#durationMs, trades ?? new Float64Array(0));
  }

  /** Binds to the pipeline's columns, all of one length. */
  bind(column: (name: string) => Float64Array, streak: Int32Array): void {
    const rows = streak.length;
    this.#streak = streak;
    this.#metrics = this.#strategy.metrics.map((metric) => {
      const condition = CONDITIONS.get(metric.direction)!;
      const indicator = column(metric.indicator);
      const fromClose = condition.subject === 'from_close';
      return {
        metric,
        condition,
        span: condition.span(metric.window),
        left: fromClose ? column('CLOSE') : indicator,
        right: fromClose ? indicator : metric.reference === null ? null : column(metric.reference),
        truth: new Uint8Array(rows),
      };
    });
    this.#truth = this.#metrics.map(({ truth }) => truth);
    this.#difference = new Float64Array(rows);
    this.#scores = allocatePredictions(rows);
    this.#bars = {
      closeTime: column('CLOSE_TIME'),
      open: column('OPEN'),
      high: column('HIGH'),
      low: column('LOW'),
      close: column('CLOSE'),
    };
  }

  /** @param rows bars of the chunk whose facts are wanted */
  beginChunk(rows: number, memory: ChunkMemory): void {
    this.#predictions = new PredictionCollector(rows, memory);
  }

  /** Evaluates rows `[start, end)`. Trades walk on whether or not their facts are wanted. */
  run(start: number, end: number, wantFacts: boolean): void {
    const bars = this.#bars!;
    for (const { metric, condition, span, left, right, truth } of this.#metrics) {
      let y = left;
      if (right !== null) {
        y = this.#difference;
        for (let t = Math.max(0, start - span); t < end; t++) y[t] = left[t]! - right[t]!;
      }
      condition.run(y, this.#streak, metric, truth, start, end);
    }
    this.#scorer.score(this.#truth, this.#scores, start, end);
    if (wantFacts) this.#predictions.add(this.#scores, bars.closeTime, bars.close, start, end);
    confirmRows(this.#book, bars, this.#scores, start, end, (result) => {
      if (wantFacts) this.#results.add(result);
    });
  }

  takeFacts(memory: ChunkMemory): StrategyFacts {
    return { predictions: this.#predictions.take(), results: this.#results.take(memory) };
  }

  saveTrades(): Float64Array {
    return this.#book.save();
  }
}
