export const SIDES = ['BUY', 'SELL', 'FILTER'] as const;
export type Side = (typeof SIDES)[number];
export const GROUPS = ['TREND', 'MOMENTUM', 'VOLATILITY', 'VOLUME'] as const;
export type Group = (typeof GROUPS)[number];

/** Scores, edges, confidences and bands meet a threshold from this far below it (SPEC 5). */
export const SCORE_TOLERANCE = 1e-9;

/** One active metric as scoring sees it; the array index is not the position. */
export interface MetricRule {
  /** Position in the document, inactive ones counted: 0 to 61. Bit of the masks. */
  readonly position: number;
  readonly side: Side;
  readonly group: Group;
  readonly weight: number;
}

/** What scoring needs of a strategy. `metrics` holds the active ones in position order. */
export interface ScoringRules {
  readonly metrics: readonly MetricRule[];
  readonly buyThreshold: number;
  readonly sellThreshold: number;
  /** The strategy's, or derived (SPEC 5) by `deriveMaxScore`. */
  readonly maxScore: number;
  readonly minEdge: number;
  /** `[min, max]`, inclusive; null: never out of the band. */
  readonly buyBand: readonly [number, number] | null;
  readonly sellBand: readonly [number, number] | null;
}

/** Actions as stored. */
export const ACTION = { SELL: -1, SIDEWAY: 0, BUY: 1 } as const;

/** `no_trade_reason` as stored; `FILTER + position` names the metric. 0: tradable. */
export const REASON = {
  NONE: 0,
  INCOMPLETE: 1,
  CONFLICT: 2,
  NO_SIGNAL: 3,
  WEAK_EDGE: 4,
  LOW_CONFIDENCE: 5,
  OVER_CONFIDENCE: 6,
  FILTER: 100,
} as const;

/**
 * Columns that scoring writes, one row a bar; the physical form of fact_prediction and fact_metric_value.
 * Masks are 64-bit words as pairs of 32 bits, low word first (the memory of a BIGINT column).
 */
export interface PredictionColumns {
  readonly knownMask: Uint32Array;
  readonly firedMask: Uint32Array;
  readonly buyScore: Float64Array;
  readonly sellScore: Float64Array;
  readonly action: Int8Array;
  readonly reason: Int16Array;
  readonly isConflict: Uint8Array;
  readonly metricTrend: Float64Array;
  readonly metricMomentum: Float64Array;
  readonly metricVolatility: Float64Array;
  readonly metricVolume: Float64Array;
}
