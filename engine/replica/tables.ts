/** Made by `migrate(catalog)` in every warehouse: the same where the program is the same, so never copied. */
export const CATALOG_TABLES = ['dim_interval', 'dim_indicator_type', 'schema_version'] as const;

/** What facts refer to; small, compared as a whole. */
export const DIMENSION_TABLES = ['dim_symbol', 'dim_strategy', 'dim_metric'] as const;

/** History that outlives its partition. A run is copied last: who has it has all that it did. */
export const LEDGER_TABLES = ['kline_change', 'run_task', 'run'] as const;
