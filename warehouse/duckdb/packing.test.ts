import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/cli.js';
import { makeBatch, openWarehouse } from '../index.js';
import { indicatorColumns } from '../schema/batches.js';
import { BTC, CATALOG, random } from '../testing/samples.js';

const folder = temporaryFolder();
afterAll(() => folder.dispose());

// More rows than two vectors of DuckDB; half-hour steps.
const ROWS = 5_000;
const CODES = ['SMA20', 'RSI14', 'OF_A_PLUGIN'];

it('packs averages of prices and stores noise as it is, bit for bit, also after the file was opened again', async () => {
  const url = `duckdb:${join(folder.path, 'packing.duckdb')}`;
  const catalog = {
    ...CATALOG,
    codes: CODES.map((code, i) => ({ ...CATALOG.codes[0]!, code, number: i + 1 })),
  };
  const next = random(7);
  const noise = Float64Array.from({ length: ROWS }, () => 100 * next());
  const prices = noise.map((value) => Math.round(value * 100) / 100);
  for (let generation = 0; generation < 2; generation++) {
    const warehouse = await openWarehouse(url);
    await warehouse.migrate(catalog);
    const session = await warehouse.begin();
    const times = noise.map((_, i) => 1_800_000 * (generation * ROWS + i + 1) - 1);
    const batch = makeBatch(indicatorColumns(CODES), [times, prices, noise, noise], ROWS);
    await session.appendIndicators(BTC, batch);
    await session.commit();
    // Closing writes what the log holds into the file.
    await warehouse.close();
  }
  const warehouse = await openWarehouse(url);
  const { rows } = await warehouse.query(
    `SELECT column_name, string_agg(DISTINCT compression) FROM pragma_storage_info('bar_indicator')
     WHERE column_name IN ('sma20', 'rsi14', 'of_a_plugin') AND segment_type = 'DOUBLE' GROUP BY ALL ORDER BY ALL`,
  );
  expect(rows).toEqual([
    ['of_a_plugin', 'Uncompressed'],
    ['rsi14', 'Uncompressed'],
    ['sma20', 'ALP'],
  ]);
  const stored = await warehouse.query('SELECT sma20, rsi14 FROM bar_indicator ORDER BY close_time');
  expect(stored.rows).toEqual(
    Array.from({ length: 2 * ROWS }, (_, i) => [prices[i % ROWS], noise[i % ROWS]]),
  );
  await warehouse.close();
});
