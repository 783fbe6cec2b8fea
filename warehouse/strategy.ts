/** The strategy document (SPEC 10) as the warehouse keeps it: checked, with every default filled in. */
export interface StrategyDocument {
  readonly strategy: string;
  readonly description: string;
  /** Empty: every symbol. */
  readonly symbols: readonly string[];
  /** Empty: every interval. */
  readonly intervals: readonly string[];
  readonly scoring: {
    readonly buy_threshold: number;
    readonly sell_threshold: number;
    /** null: derived (SPEC 5). */
    readonly max_score: number | null;
    readonly min_edge: number;
    readonly strong_edge: number;
    readonly confidence: {
      readonly buy: readonly [number, number] | null;
      readonly sell: readonly [number, number] | null;
    };
  };
  readonly risk: {
    readonly entry: 'next_open' | 'close';
    readonly fee_bps: number;
    readonly slippage_bps: number;
    readonly buy: { readonly weak: TierDocument; readonly strong: TierDocument };
    readonly sell: { readonly weak: TierDocument; readonly strong: TierDocument };
  };
  /** In position order: the index is the position. At most 62. */
  readonly metrics: readonly MetricDocument[];
}

export interface TierDocument {
  readonly tp_pct: number;
  readonly sl_pct: number;
  /** `Nm Nh Nd Nw` or `N BAR`. */
  readonly lookahead: string;
}

export interface MetricDocument {
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly side: 'BUY' | 'SELL' | 'FILTER';
  readonly group: 'TREND' | 'MOMENTUM' | 'VOLATILITY' | 'VOLUME';
  readonly indicator: string;
  readonly reference: string | null;
  readonly direction: string;
  readonly start: number | null;
  readonly end: number | null;
  readonly window: { readonly size: number; readonly unit: 'BAR' | 'MINUTE' | 'HOUR' | 'DAY' } | null;
  readonly weight: number;
  readonly active: boolean;
}

/** A stored strategy version. */
export interface StrategyRecord {
  readonly strategyId: number;
  readonly version: number;
  /** SHA-256 of the canonical form, hex. */
  readonly contentHash: string;
  /** False: `strategy disable`; not computed any more. */
  readonly isEnabled: boolean;
  /** True for the highest version of its name: the only one computed for new bars. */
  readonly isNewest: boolean;
  readonly importedAt: number;
  readonly document: StrategyDocument;
}
