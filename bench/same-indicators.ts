import { CODES } from '../kernels/index.js';
import { KLINE_COLUMNS, numbers, openWarehouse } from '../warehouse/index.js';
import { computeCodes } from './kernel-input.js';
import type { Series } from './klines.js';

/**
 * Compares every stored indicator value of a partition with what the kernels alone make of its stored klines in one run.
 *
 * @param target a warehouse
 * @throws Error that names the first difference
 */
export async function sameIndicators(target: string, { symbol, interval }: Series): Promise<string> {
  const warehouse = await openWarehouse(target, { readOnly: true });
  const partition = (await warehouse.partitions()).find(
    (p) => p.symbol === symbol && p.interval === interval,
  )!;
  const columns = KLINE_COLUMNS.map(() => new Float64Array(partition.rows));
  let filled = 0;
  for await (const batch of warehouse.scanKlines(partition, {})) {
    for (const [c, { name }] of KLINE_COLUMNS.entries()) columns[c]!.set(numbers(batch, name), filled);
    filled += batch.numRows;
  }
  const computed = computeCodes({ symbol, interval, rows: partition.rows, columns });
  let row = 0;
  for await (const batch of warehouse.scanIndicators(partition, CODES, {})) {
    for (const code of CODES) {
      const stored = numbers(batch, code);
      const expected = computed.get(code)!;
      for (let t = 0; t < batch.numRows; t++)
        if (!Object.is(stored[t], expected[row + t]))
          throw new Error(
            `bench: ${code} of row ${row + t}: stored ${stored[t]}, kernels ${expected[row + t]}`,
          );
    }
    row += batch.numRows;
  }
  await warehouse.close();
  if (row !== partition.rows) throw new Error(`bench: ${row} rows of indicators for ${partition.rows} bars`);
  return `${symbol} ${interval}: ${(row * CODES.length).toLocaleString('en-US')} stored values as the kernels alone make them, bit for bit`;
}
