import { loadFile, RECOMPUTE_OPEN, recompute, warehouseCatalog } from '../../engine/index.js';
import { type OpenOptions, openWarehouse, type Warehouse } from '../../warehouse/index.js';
import { benchStrategies } from '../strategies.js';

/** Clock of loads and imports: after every bar of the corpus. */
const NOW = Date.UTC(2030, 0, 1);

/** Opens a DuckDB file with default settings, current. */
export async function openFileWarehouse(file: string, options?: OpenOptions): Promise<Warehouse> {
  const warehouse = await openWarehouse(`duckdb:${file}`, options);
  await warehouse.migrate(warehouseCatalog());
  return warehouse;
}

export interface LoadArgs {
  readonly file: string;
  readonly sources: readonly { readonly path: string; readonly symbol: string; readonly interval: string }[];
  readonly withStrategies: boolean;
}

/**
 * Loads CSV files into an empty warehouse that stands already, opened as `klinemill load` opens it; the clock runs from the
 * first byte to the file closed.
 */
export async function load({
  file,
  sources,
  withStrategies,
}: LoadArgs): Promise<{ elapsedMs: number; rows: number }> {
  await (await openFileWarehouse(file)).close();
  const warehouse = await openWarehouse(`duckdb:${file}`, { threads: 1 });
  const start = performance.now();
  let rows = 0;
  for (const { path, symbol, interval } of sources)
    rows += (await loadFile(warehouse, path, { symbol, interval, now: NOW })).added;
  if (withStrategies)
    for (const { document, contentHash } of benchStrategies())
      await warehouse.importStrategy(document, contentHash, NOW);
  await warehouse.close();
  return { elapsedMs: performance.now() - start, rows };
}

export interface RecomputeArgs {
  readonly file: string;
  readonly threads: number;
}

/** Recomputes what is stale as `klinemill recompute` does: its memory, pool started and ended, file closed. */
export async function recomputeFile({ file, threads }: RecomputeArgs): Promise<{
  elapsedMs: number;
  committedMs: number;
  bars: number;
  rowsWritten: number;
}> {
  const warehouse = await openFileWarehouse(file, RECOMPUTE_OPEN);
  const start = performance.now();
  const { bars, rowsWritten } = await recompute(warehouse, { threads });
  const committedMs = performance.now() - start;
  await warehouse.close();
  return { elapsedMs: performance.now() - start, committedMs, bars, rowsWritten };
}

/** Facts of a warehouse, counted through the views that people read. */
export async function countFacts({ file }: { readonly file: string }): Promise<Record<string, number>> {
  const warehouse = await openWarehouse(`duckdb:${file}`);
  const tables = [
    'fact_kline',
    'fact_indicator',
    'fact_metric_value',
    'fact_prediction',
    'fact_prediction_result',
  ];
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const { rows } = await warehouse.query(`SELECT count(*) FROM ${table}`);
    counts[table] = Number(rows[0]![0]);
  }
  await warehouse.close();
  return counts;
}

/** Bars that have a row of indicators, however many of them are known: as the table stores them. */
export async function countIndicatorBars({ file }: { readonly file: string }): Promise<number> {
  const warehouse = await openWarehouse(`duckdb:${file}`);
  const { rows } = await warehouse.query('SELECT count(*) FROM bar_indicator');
  await warehouse.close();
  return Number(rows[0]![0]);
}
