/** What was asked of mining (SPEC 8). */
export interface MiningParameters {
  /** `name@version`, by name. */
  readonly strategies: readonly string[];
  readonly symbol: string | null;
  readonly interval: string | null;
  readonly side: 'BUY' | 'SELL' | null;
  /** Half-open `[from, to)` on predicting_at, epoch ms UTC. */
  readonly from: number | null;
  readonly to: number | null;
  readonly minSupport: number;
  readonly maxLength: number;
  readonly minConfidence: number;
}

/** A mining run as it is stored: the question, and which trades answered it. */
export interface MiningRun extends MiningParameters {
  /** The ledger's number of the run. */
  readonly runId: number;
  /** SHA-256 over parameters, trades and version, hex: the same hash, the same patterns. */
  readonly contentHash: string;
  readonly version: number;
  readonly trades: number;
  readonly wins: number;
  readonly inSampleTrades: number;
  readonly inSampleWins: number;
  /** Range of the trades, epoch ms UTC. */
  readonly firstPredictingAt: number;
  readonly lastConfirmedAt: number;
  /** Items that every trade has; they tell nothing and were left out. */
  readonly constantItems: readonly string[];
}

/** A frequent structure of WIN trades. */
export interface PatternItemset {
  /** By text. */
  readonly items: readonly string[];
  readonly count: number;
  /** Fraction of the WIN trades. */
  readonly support: number;
}

/** An association rule inside WIN trades. */
export interface AssociationPattern {
  readonly kind: 'ASSOCIATION';
  readonly antecedent: readonly string[];
  readonly consequent: string;
  /** WIN trades that have all items. */
  readonly count: number;
  readonly support: number;
  readonly confidence: number;
  readonly lift: number;
}

/** What one sample says of a structure; null is undefined. */
export interface EdgeSample {
  readonly count: number;
  readonly wins: number;
  readonly support: number | null;
  readonly winRate: number | null;
  readonly lift: number | null;
  readonly avgPnlPct: number | null;
}

/** An edge rule structure -> WIN, over WIN and LOSS trades. */
export interface EdgePattern {
  readonly kind: 'EDGE';
  readonly items: readonly string[];
  readonly inSample: EdgeSample;
  readonly outOfSample: EdgeSample;
  /** Null, like the p values by rotation: no group of these trades both won and lost. */
  readonly z: number | null;
  readonly pValue: number | null;
  readonly pAdjusted: number | null;
  /** Naive: trades overlap. */
  readonly fisherP: number;
  readonly fisherQ: number;
  readonly isEdge: boolean;
}

export type PatternRule = AssociationPattern | EdgePattern;
