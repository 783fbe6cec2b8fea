import type { RecordBatch } from 'apache-arrow';
import { CODES } from '../kernels/index.js';
import {
  type ColumnArray,
  indicatorColumns,
  KLINE_COLUMNS,
  openWarehouse,
  PREDICTION_COLUMNS,
  RESULT_COLUMNS,
  values,
} from '../warehouse/index.js';
import { checkChain, type FactTable, TWIN_BARS } from './chain-twin.js';
import type { Series } from './klines.js';
import { benchStrategies } from './strategies.js';

/**
 * Compares the stored facts of a partition's first bars with the naive twins.
 *
 * @param target a warehouse
 * @param series without bars of a finer interval in that warehouse
 * @throws Error that names the first difference
 */
export async function sameFacts(target: string, { symbol, interval, durationMs }: Series): Promise<string> {
  const warehouse = await openWarehouse(target, { readOnly: true });
  const key = (await warehouse.partitions()).find((p) => p.symbol === symbol && p.interval === interval)!;
  const range = { to: key.firstCloseTime + TWIN_BARS * durationMs };
  const { rows, columns } = await gathered(KLINE_COLUMNS, warehouse.scanKlines(key, range));
  const indicators = await gathered(indicatorColumns(CODES), warehouse.scanIndicators(key, CODES, range));
  const stored = await warehouse.strategies();
  const strategies: { predictions: FactTable; results: FactTable }[] = [];
  for (const { document } of benchStrategies()) {
    const { strategyId } = stored.find((one) => one.document.strategy === document.strategy)!;
    strategies.push({
      predictions: await gathered(PREDICTION_COLUMNS, warehouse.scanPredictions(strategyId, key, range)),
      results: await gathered(RESULT_COLUMNS, warehouse.scanResults(strategyId, key, range)),
    });
  }
  await warehouse.close();
  const klines = { symbol, interval, rows, columns: [...columns.values()] as Float64Array[] };
  const checked = checkChain(klines, { indicators, strategies });
  return `${symbol} ${interval}, the first ${rows.toLocaleString('en-US')} bars: ${checked}`;
}

/** The rows of a scan of at most `TWIN_BARS` rows, in one array a column. */
async function gathered(
  specs: readonly { readonly name: string }[],
  batches: AsyncIterable<RecordBatch>,
): Promise<FactTable> {
  const columns = new Map<string, ColumnArray>();
  let rows = 0;
  for await (const batch of batches) {
    for (const { name } of specs) {
      const from = values(batch, name);
      const Kind = from.constructor as new (length: number) => ColumnArray;
      const column = columns.get(name) ?? new Kind(TWIN_BARS);
      columns.set(name, column);
      column.set(from as never, rows);
    }
    rows += batch.numRows;
  }
  return { rows, columns: new Map([...columns].map(([name, column]) => [name, column.subarray(0, rows)])) };
}
