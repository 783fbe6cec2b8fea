import type { Group, MetricRule } from './rules.js';

/** Sums of a row of SPEC 5: BUY score, SELL score, then the groups, where SELL counts negative. */
export const SUMS = 6;
const BUY = 0;
const SELL = 1;
const GROUP_SUM: Readonly<Record<Group, number>> = { TREND: 2, MOMENTUM: 3, VOLATILITY: 4, VOLUME: 5 };

/** Metrics of a sum whose sums stand in its table; later ones are added to what it holds, one by one. */
const TABLE_TERMS = 8;
export const TABLE_ENTRIES = 1 << TABLE_TERMS;

/** Where a metric counts: its bit in the index of a score and of a group, 0 where its weight is not in the table. */
export interface Places {
  readonly position: number;
  readonly score: number;
  readonly scorePlace: number;
  readonly group: number;
  readonly groupPlace: number;
}

/** A weight that the table has no room for. */
export interface LateTerm {
  /** Index in the active metrics. */
  readonly metric: number;
  readonly sum: number;
  readonly weight: number;
}

/**
 * The sums of a strategy as tables: what is added up depends on who fired alone, so the sums of every subset of a sum's first eight
 * metrics are added up once. In position order, here and by whoever adds the late terms: no other order gives the same bits.
 */
export class Sums {
  readonly places: readonly Places[];
  /** `SUMS` tables of `TABLE_ENTRIES`, by the bits of who fired. */
  readonly tables = new Float64Array(SUMS * TABLE_ENTRIES);
  readonly late: readonly LateTerm[];
  private readonly weights: number[][] = Array.from({ length: SUMS }, () => []);

  constructor(metrics: readonly MetricRule[]) {
    const late: LateTerm[] = [];
    const place = (metric: number, sum: number, weight: number): number => {
      const own = this.weights[sum]!;
      if (own.length < TABLE_TERMS) return 1 << (own.push(weight) - 1);
      late.push({ metric, sum, weight });
      return 0;
    };
    this.places = metrics.map(({ position, side, group: name, weight }, metric) => {
      const score = side === 'BUY' ? BUY : SELL;
      const group = GROUP_SUM[name];
      if (side === 'FILTER') return { position, score, scorePlace: 0, group, groupPlace: 0 };
      const scorePlace = place(metric, score, weight);
      const groupPlace = place(metric, group, side === 'BUY' ? weight : -weight);
      return { position, score, scorePlace, group, groupPlace };
    });
    this.late = late;
    for (let i = 0; i < this.tables.length; i++)
      this.tables[i] = this.entry(Math.floor(i / TABLE_ENTRIES), i % TABLE_ENTRIES);
  }

  private entry(sum: number, fired: number): number {
    return this.weights[sum]!.reduce((total, weight, k) => ((fired >> k) & 1 ? total + weight : total), 0);
  }
}
