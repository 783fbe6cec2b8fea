import { UNKNOWN } from '../conditions/condition.js';
import {
  BUY_SCORE,
  DecisionTable,
  IS_ACTION,
  IS_CONFLICT,
  IS_REASON,
  MOMENTUM,
  OUTCOMES,
  SCORES,
  SELL_SCORE,
  TREND,
  VOLATILITY,
  VOLUME,
} from './decision-table.js';
import type { MetricRule, PredictionColumns, ScoringRules } from './rules.js';

/** Rises when any column of a prediction may change. */
export const SCORING_VERSION = 1;

/** Rows scored at a time, so that the masks which every metric adds to stay in the first-level cache. */
const BLOCK_ROWS = 512;
/** Metrics added to the masks in one visit of a row. */
const METRICS_AT_ONCE = 4;

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

/** Up to four metrics of one mask word: their indices and bits; a missing one is index -1. */
interface MetricGroup {
  readonly word: number;
  readonly indices: readonly [number, number, number, number];
  readonly bits: readonly [number, number, number, number];
}

/** Scores bars by SPEC 5. Remembers decisions, never anything of the bars: rows may come in any order and cutting. */
export class Scorer {
  private readonly table: DecisionTable;
  private readonly groups: readonly MetricGroup[];
  /** Truth of a metric that is not there: neither known nor fired. */
  private none = new Uint8Array(0);

  constructor(rules: ScoringRules) {
    this.table = new DecisionTable(rules);
    this.groups = [0, 1].flatMap((word) => groupsOf(rules.metrics, word));
  }

  /**
   * Writes rows `[start, end)` of every column of `out`. A row whose known mask is 0 is no prediction.
   *
   * @param truth one column a metric of the rules: TRUE, FALSE or UNKNOWN, row-aligned with `out`
   */
  score(truth: readonly Uint8Array[], out: PredictionColumns, start: number, end: number): void {
    if (this.none.length < end) this.none = new Uint8Array(end).fill(UNKNOWN);
    for (let from = start; from < end; from += BLOCK_ROWS) {
      const to = Math.min(end, from + BLOCK_ROWS);
      out.knownMask.fill(0, 2 * from, 2 * to);
      out.firedMask.fill(0, 2 * from, 2 * to);
      for (const { word, indices, bits } of this.groups) {
        const [a, b, c, d] = indices;
        const { none } = this;
        addFour(
          truth[a] ?? none,
          truth[b] ?? none,
          truth[c] ?? none,
          truth[d] ?? none,
          bits,
          out,
          word,
          from,
          to,
        );
      }
      this.decide(out, from, to);
    }
  }

  private decide(out: PredictionColumns, from: number, to: number): void {
    const { table } = this;
    const { knownMask, firedMask } = out;
    for (let t = from; t < to; t++) {
      const entry = table.entry(
        knownMask[2 * t]!,
        knownMask[2 * t + 1]!,
        firedMask[2 * t]!,
        firedMask[2 * t + 1]!,
      );
      const { scores, outcomes } = table;
      const score = SCORES * entry;
      const outcome = OUTCOMES * entry;
      out.buyScore[t] = scores[score + BUY_SCORE]!;
      out.sellScore[t] = scores[score + SELL_SCORE]!;
      out.metricTrend[t] = scores[score + TREND]!;
      out.metricMomentum[t] = scores[score + MOMENTUM]!;
      out.metricVolatility[t] = scores[score + VOLATILITY]!;
      out.metricVolume[t] = scores[score + VOLUME]!;
      out.action[t] = outcomes[outcome + IS_ACTION]!;
      out.reason[t] = outcomes[outcome + IS_REASON]!;
      out.isConflict[t] = outcomes[outcome + IS_CONFLICT]!;
    }
  }
}

function groupsOf(metrics: readonly MetricRule[], word: number): MetricGroup[] {
  const own = metrics.flatMap(({ position }, index) =>
    position >> 5 === word ? [{ index, bit: position & 31 }] : [],
  );
  const groups: MetricGroup[] = [];
  for (let i = 0; i < own.length; i += METRICS_AT_ONCE) {
    const at = (k: number) => own[i + k] ?? { index: -1, bit: 0 };
    const four = [at(0), at(1), at(2), at(3)] as const;
    groups.push({
      word,
      indices: [four[0].index, four[1].index, four[2].index, four[3].index],
      bits: [four[0].bit, four[1].bit, four[2].bit, four[3].bit],
    });
  }
  return groups;
}

/** FALSE 0, TRUE 1, UNKNOWN 2: bit 0 says fired, bit 1 unknown; no branch on what the market did. */
function addFour(
  a: Uint8Array,
  b: Uint8Array,
  c: Uint8Array,
  d: Uint8Array,
  [bitA, bitB, bitC, bitD]: MetricGroup['bits'],
  { knownMask, firedMask }: PredictionColumns,
  word: number,
  from: number,
  to: number,
): void {
  for (let t = from; t < to; t++) {
    const p = a[t]!;
    const q = b[t]!;
    const r = c[t]!;
    const s = d[t]!;
    firedMask[2 * t + word]! |= ((p & 1) << bitA) | ((q & 1) << bitB) | ((r & 1) << bitC) | ((s & 1) << bitD);
    knownMask[2 * t + word]! |=
      (((p >> 1) ^ 1) << bitA) |
      (((q >> 1) ^ 1) << bitB) |
      (((r >> 1) ^ 1) << bitC) |
      (((s >> 1) ^ 1) << bitD);
  }
}
