import type { StrategyRecord } from '../strategy.js';
import type { PartitionState, Warehouse } from '../warehouse.js';
import { readRows } from './rows.js';

/** A code of the catalog as it is stored. */
export interface IndicatorType {
  readonly indicator: string;
  readonly title: string;
  readonly kernel: string;
  readonly kernel_version: number;
  /** JSON */
  readonly params: string;
  readonly lookback: number;
}

/** What facts are named by: texts that people give, ids that tables hold. */
export interface Names {
  readonly symbols: ReadonlyMap<string, number>;
  /** By length. */
  readonly intervals: ReadonlyMap<string, { readonly id: number; readonly durationMs: number }>;
  /** In the order of the catalog. */
  readonly indicatorTypes: readonly IndicatorType[];
  readonly strategies: readonly StrategyRecord[];
  /** What is loaded. */
  readonly partitions: readonly PartitionState[];
}

/** Reads the dimensions. */
export async function readNames(warehouse: Warehouse): Promise<Names> {
  const symbols = await readRows<{ symbol: string; id: number }>(
    warehouse,
    'SELECT symbol, symbol_id AS id FROM dim_symbol ORDER BY symbol',
  );
  const intervals = await readRows<{ name: string; id: number; duration: number }>(
    warehouse,
    'SELECT "interval" AS name, interval_id AS id, duration_ms AS duration FROM dim_interval ORDER BY duration_ms',
  );
  return {
    symbols: new Map(symbols.map(({ symbol, id }) => [symbol, id])),
    intervals: new Map(intervals.map(({ name, id, duration }) => [name, { id, durationMs: duration }])),
    indicatorTypes: await readRows<IndicatorType>(
      warehouse,
      'SELECT indicator, title, kernel, kernel_version, params, lookback FROM dim_indicator_type ORDER BY indicator_id',
    ),
    strategies: await warehouse.strategies(),
    partitions: await warehouse.partitions(),
  };
}
