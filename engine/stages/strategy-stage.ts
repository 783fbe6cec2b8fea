import {
  type Bars,
  CONDITIONS,
  confirmRows,
  newPredictions,
  type PredictionColumns,
  type RunRows,
  Scorer,
  TradeBook,
} from '../../kernels/index.js';
import type { StrategyRecord } from '../../warehouse/index.js';
import { ChunkMemory } from '../chunk-memory.js';
import { durationOf } from '../interval.js';
import { bindMetrics } from '../strategy/bind.js';
import { type CompiledStrategy, compileStrategy } from '../strategy/compile.js';
import type { StrategyFacts } from '../task.js';
import { PredictionCollector } from './prediction-columns.js';
import { ResultCollector } from './result-collector.js';

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
  #metrics: RunRows = () => {};
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
    const { truth, run } = bindMetrics(this.#strategy.metrics, column, streak);
    this.#metrics = run;
    this.#scores = newPredictions(streak.length);
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
    this.#metrics(start, end);
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
