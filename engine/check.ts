import { INDICATOR_BOUNDS } from '../kernels/index.js';
import { type CheckResult, type CheckRow, readChecks, type Warehouse } from '../warehouse/index.js';
import { plan } from './recompute.js';
import { staleDerivatives } from './resample.js';

/**
 * Data quality of a warehouse, one result a check (`readChecks`), and what waits for a recompute or a resample. Writes
 * nothing.
 *
 * @param options.maxRows rows to return of each check
 */
export async function check(
  warehouse: Warehouse,
  { maxRows }: { readonly maxRows: number },
): Promise<CheckResult[]> {
  return [...(await readChecks(warehouse, maxRows, INDICATOR_BOUNDS)), await staleCheck(warehouse, maxRows)];
}

async function staleCheck(warehouse: Warehouse, maxRows: number): Promise<CheckResult> {
  const rows: CheckRow[] = [];
  const row = (symbol: string, interval: string, table: string, strategy: string | null, detail: string) =>
    rows.push({ table_name: table, strategy, symbol, interval, at_time: null, bars: null, detail });
  for (const { symbol, source, target, reason } of await staleDerivatives(warehouse))
    row(symbol, target, 'fact_kline', null, `waits for klinemill resample --from ${source}: ${reason}`);
  const { plans } = await plan(warehouse, {});
  for (const { partition, passes, refinements } of plans) {
    const { symbol, interval } = partition;
    const wait = (table: string, strategy: string | null, reason: string) =>
      row(symbol, interval, table, strategy, `waits for klinemill recompute: ${reason}`);
    for (const { codes, strategies, reason } of passes) {
      if (codes.length > 0) wait('fact_indicator', null, reason);
      for (const { document, version } of strategies)
        wait('fact_prediction', `${document.strategy}@${version}`, reason);
    }
    for (const { strategy } of refinements)
      wait('fact_prediction_result', `${strategy.document.strategy}@${strategy.version}`, 'finer bars');
  }
  return {
    check: 'stale',
    level: 'info',
    sound: 'nothing waits to be computed',
    found: rows.length,
    bars: null,
    rows: rows.slice(0, maxRows),
  };
}
