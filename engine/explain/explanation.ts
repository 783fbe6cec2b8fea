import type { BarTask, PartitionKey } from '../../warehouse/index.js';

/** A metric at the bar. */
export interface ExplainedMetric {
  readonly position: number;
  readonly metric: string;
  readonly name: string;
  readonly side: 'BUY' | 'SELL' | 'FILTER';
  readonly metric_group: string;
  readonly weight: number;
  /** Rule in words of the document: `MACD - MACD_SIGNAL CROSS_UP, window 5`, `RSI14 BETWEEN 52 to 68`. */
  readonly rule: string;
  /** y: the indicator, or its difference from the reference or the close. */
  readonly value: number | null;
  /** What y is compared with at this bar. */
  readonly threshold: number | null;
  /** value - threshold */
  readonly distance: number | null;
  /** null: unknown. */
  readonly metric_value: 0 | 1 | null;
}

/** A side's score, term by term. */
export interface ExplainedScore {
  readonly terms: readonly { readonly metric: string; readonly weight: number }[];
  /** The terms added up in position order. */
  readonly sum: number;
  /** As stored. */
  readonly stored: number;
  readonly threshold: number;
}

export interface ExplainedSafeguard {
  readonly reason: string;
  /** True: it would stop a trade. The first that holds is the reason. */
  readonly holds: boolean;
  /** Its numbers. */
  readonly detail: string;
}

export interface ExplainedBar {
  readonly close_time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** What the bar did to the trade; empty: nothing. */
  readonly event: string;
}

export interface ExplainedTrade {
  readonly status: 'WIN' | 'LOSS' | 'EXPIRED' | 'UNFILLED' | 'PENDING';
  readonly is_strong: boolean;
  readonly tp_pct: number;
  readonly sl_pct: number;
  readonly lookahead_ms: number;
  /** Bars close up to here. */
  readonly window_end: number;
  readonly entry_price: number | null;
  readonly tp_price: number | null;
  readonly sl_price: number | null;
  readonly exit_price: number | null;
  readonly confirmed_at: number | null;
  readonly gross_pct: number | null;
  readonly cost_pct: number;
  readonly pnl_pct: number | null;
  readonly max_return_pct: number | null;
  readonly min_return_pct: number | null;
  readonly is_ambiguous: boolean;
  readonly has_gap: boolean;
  /** Interval whose bars decided an exit bar that reaches both targets. */
  readonly decided_by: string | null;
  /** Bars of the window up to the exit. */
  readonly bars: readonly ExplainedBar[];
}

/** The metric that would have to be the other way. */
export interface ExplainedFlip {
  readonly metric: string;
  readonly from: 0 | 1;
  readonly to: 0 | 1;
  /** |value - threshold| / mean |value| over the last 200 bars; null: it cannot be told. */
  readonly closeness: number | null;
  readonly action: 'BUY' | 'SELL';
}

/** Everything behind one prediction; times are epoch ms, unknown is null. */
export interface Explanation extends PartitionKey {
  readonly prediction_id: string;
  readonly strategy: string;
  readonly version: number;
  readonly predicting_at: number;
  readonly kline: Readonly<Record<string, number | null>>;
  /** Every code and kline column that an active metric looks at. */
  readonly indicators: readonly { readonly indicator: string; readonly value: number | null }[];
  /** Active ones, in position order. */
  readonly metrics: readonly ExplainedMetric[];
  readonly buy: ExplainedScore;
  readonly sell: ExplainedScore;
  readonly market_score: number;
  readonly max_score: number;
  readonly confidence_score: number;
  readonly action: 'BUY' | 'SELL' | 'SIDEWAY';
  readonly is_tradable: boolean;
  readonly no_trade_reason: string | null;
  readonly safeguards: readonly ExplainedSafeguard[];
  /** Of a bar without a trade; null there: no single change would make it tradable. */
  readonly flip: ExplainedFlip | null;
  /** null: no trade. */
  readonly trade: ExplainedTrade | null;
  readonly lineage: {
    readonly content_hash: string;
    /** SHA-256 over the klines of the block of 1,024 bars that the bar is in. */
    readonly block_hash: string | null;
    readonly tasks: readonly BarTask[];
  };
}
