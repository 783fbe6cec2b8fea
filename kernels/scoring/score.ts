import type { RunRows } from '../conditions/condition.js';
import { MEMORY, newColumn } from '../wasm/columns.js';
import { wasm } from '../wasm/module.js';
import { PIECE, Staged } from '../wasm/staging.js';
import { type MetricRule, type PredictionColumns, SCORE_TOLERANCE, type ScoringRules } from './rules.js';
import { SUMS, Sums, TABLE_ENTRIES } from './sums.js';

/** Rises when any column of a prediction may change. */
export const SCORING_VERSION = 1;

const NUMBERS = 8;
/** Where the module looks for the rules of the call: numbers, then the masks of all active metrics and of the filters. */
const numbers = new Float64Array(MEMORY, wasm.scoringRules.value, NUMBERS);
const masks = new Uint32Array(MEMORY, wasm.scoringRules.value + numbers.byteLength, 4);

/** Columns that a block is written to, in the order of their slots (the sums first), each with its elements a row. */
const COLUMNS = [
  ['buyScore', 1],
  ['sellScore', 1],
  ['metricTrend', 1],
  ['metricMomentum', 1],
  ['metricVolatility', 1],
  ['metricVolume', 1],
  ['knownMask', 2],
  ['firedMask', 2],
  ['action', 1],
  ['reason', 1],
  ['isConflict', 1],
] as const satisfies readonly (readonly [keyof PredictionColumns, number])[];
const TRUTH_SLOT = COLUMNS.length;
const TABLE_SLOT = TRUTH_SLOT + 1;
const TABLE_BYTES = TABLE_ENTRIES * Float64Array.BYTES_PER_ELEMENT;

/** `max_score` of a strategy that names none: the larger of the sums of its active BUY and SELL weights (SPEC 5). */
export function deriveMaxScore(metrics: readonly MetricRule[]): number {
  let buy = 0;
  let sell = 0;
  for (const metric of metrics) {
    if (metric.side === 'BUY') buy += metric.weight;
    else if (metric.side === 'SELL') sell += metric.weight;
  }
  return Math.max(buy, sell);
}

/** Scores bars by SPEC 5. Remembers nothing of the bars: rows may come in any order and cutting. */
export class Scorer {
  private readonly numbers: Float64Array;
  private readonly masks: Uint32Array;
  private readonly sums: Sums;
  private readonly tables: Staged;
  private readonly at: number[] = [];

  constructor(rules: ScoringRules) {
    const { metrics, buyThreshold, sellThreshold, minEdge, maxScore, buyBand, sellBand } = rules;
    const [buyLow, buyHigh] = buyBand ?? [-Infinity, Infinity];
    const [sellLow, sellHigh] = sellBand ?? [-Infinity, Infinity];
    this.numbers = Float64Array.of(
      buyThreshold - SCORE_TOLERANCE,
      sellThreshold - SCORE_TOLERANCE,
      minEdge - SCORE_TOLERANCE,
      maxScore,
      buyLow - SCORE_TOLERANCE,
      buyHigh + SCORE_TOLERANCE,
      sellLow - SCORE_TOLERANCE,
      sellHigh + SCORE_TOLERANCE,
    );
    const filters = metrics.filter(({ side }) => side === 'FILTER');
    this.masks = Uint32Array.of(...maskOf(metrics), ...maskOf(filters));
    this.sums = new Sums(metrics);
    const tables = newColumn(SUMS * TABLE_ENTRIES);
    tables.set(this.sums.tables);
    this.tables = new Staged(TABLE_SLOT, tables);
  }

  /**
   * Binds scoring to columns; what it returns writes rows of every column of `out`. A row whose known mask is 0 is no prediction.
   *
   * @param truth one column a metric of the rules: TRUE, FALSE or UNKNOWN, row-aligned with `out`
   */
  bind(truth: readonly Uint8Array[], out: PredictionColumns): RunRows {
    const truths = truth.map((column) => new Staged(TRUTH_SLOT, column));
    const outs = COLUMNS.map(([name, width], slot) => new Staged(slot, out[name], width));
    return (start, end) => {
      for (let from = start; from < end; from += PIECE)
        this.scoreBlock(truths, outs, from, Math.min(end, from + PIECE));
    };
  }

  private scoreBlock(truths: readonly Staged[], outs: readonly Staged[], from: number, to: number): void {
    const { at } = this;
    const rows = to - from;
    for (let c = 0; c < outs.length; c++) at[c] = outs[c].write(from, to);
    wasm.beginScores(rows);
    const { places, late } = this.sums;
    for (let m = 0; m < places.length; m++) {
      const { position, score, scorePlace, group, groupPlace } = places[m];
      wasm.addMetric(truths[m].read(from, to), position, score, scorePlace, group, groupPlace, rows);
    }
    const tablesAt = this.tables.read(0, SUMS * TABLE_ENTRIES);
    for (let sum = 0; sum < SUMS; sum++) wasm.lookUp(sum, tablesAt + sum * TABLE_BYTES, at[sum], rows);
    for (const { metric, sum, weight } of late)
      wasm.addWeight(truths[metric].read(from, to), at[sum], weight, rows);
    numbers.set(this.numbers);
    masks.set(this.masks);
    wasm.decide(at[0], at[1], at[6], at[7], at[8], at[9], at[10], rows);
    for (let c = 0; c < outs.length; c++) outs[c].written(from, to);
  }
}

function maskOf(metrics: readonly MetricRule[]): [low: number, high: number] {
  const words: [number, number] = [0, 0];
  for (const { position } of metrics) words[position >> 5]! |= 1 << (position & 31);
  return words;
}
