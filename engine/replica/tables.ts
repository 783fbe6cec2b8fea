/** What facts refer to; small, compared as a whole. */
export const DIMENSION_TABLES = ['dim_symbol', 'dim_strategy', 'dim_metric'] as const;

/** What runs of `mine` found; a run's rows never change. */
export const PATTERN_TABLES = ['pattern_itemset', 'pattern_rule', 'mining_run'] as const;

/** History that outlives its partition. A run is copied last: who has it has all that it did. */
export const LEDGER_TABLES = ['kline_change', 'run_task', 'run'] as const;
