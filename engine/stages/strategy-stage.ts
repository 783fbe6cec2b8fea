import {
  type Bars,
  CONDITIONS,
  confirmRows,
  difference,
  newColumn,
  newPredictions,
  newRows,
  type PredictionColumns,
  type RunRows,
  Scorer,
  TradeBook,
} from '../../kernels/index.js';
import type { StrategyRecord } from '../../warehouse/index.js';
import { ChunkMemory } from '../chunk-memory.js';
import { durationOf } from '../interval.js';
import { type CompiledStrategy, compileStrategy } from '../strategy/compile.js';
import type { StrategyFacts } from '../task.js';
import { PredictionCollector } from './prediction-columns.js';
import { ResultCollector } from './result-collector.js';

/** A metric bound to its columns. */
interface BoundMetric {
  readonly span: number;
  /** Computes y of a metric with a reference. */
  readonly subtract: RunRows | null;
  readonly evaluate: RunRows;
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
  #scores: PredictionColumns = newPredictions(0);
  #score: RunRows = () => {};
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
    const { metrics } = this.#strategy;
    // y of a metric with a reference, computed anew for each.
    const y = newColumn(rows);
    const truth = metrics.map(() => newRows(Uint8Array, rows));
    this.#metrics = metrics.map((metric, m) => {
      const condition = CONDITIONS.get(metric.direction)!;
      const indicator = column(metric.indicator);
      const fromClose = condition.subject === 'from_close';
      const left = fromClose ? column('CLOSE') : indicator;
      const right = fromClose ? indicator : metric.reference === null ? null : column(metric.reference);
      return {
        span: condition.span(metric.window),
        subtract: right === null ? null : difference(left, right, y),
        evaluate: condition.bind(right === null ? left : y, streak, metric, truth[m]!),
      };
    });
    this.#scores = newPredictions(rows);
    this.#score = this.#scorer.bind(truth, this.#scores);
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
    for (const { span, subtract, evaluate } of this.#metrics) {
      subtract?.(Math.max(0, start - span), end);
      evaluate(start, end);
    }
    this.#score(start, end);
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
