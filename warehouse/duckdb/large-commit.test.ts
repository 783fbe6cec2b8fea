import { copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/cli.js';
import { openWarehouse, type Warehouse } from '../index.js';
import { BTC, CATALOG, ETH, indicators, range } from '../testing/samples.js';

// A sample's indicators are four codes; with three keys, seven values of eight bytes a bar.
const BYTES = 56;
const LARGE = Math.ceil((4 * 2 ** 20) / BYTES);

const folder = temporaryFolder();
const file = join(folder.path, 'large.duckdb');
let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await openWarehouse(`duckdb:${file}`);
  await warehouse.migrate(CATALOG);
});
afterAll(async () => {
  await warehouse.close();
  folder.dispose();
});

async function append(from: number, to: number): Promise<void> {
  const session = await warehouse.begin();
  await session.appendIndicators(BTC, indicators(range(from, to)));
  await session.commit();
}

const logBytes = (): number => statSync(`${file}.wal`, { throwIfNoEntry: false })?.size ?? 0;

/** Bars in the file itself: what a copy without the log holds. */
async function barsOfFile(): Promise<number> {
  const copy = join(folder.path, 'copy.duckdb');
  copyFileSync(file, copy);
  const copied = await openWarehouse(`duckdb:${copy}`);
  const { rows } = await copied.query('SELECT count(*) FROM bar_indicator');
  await copied.close();
  return Number(rows[0]![0]);
}

it('writes a large transaction into the file itself, and small ones before and after it into the log', async () => {
  await append(0, 1_000);
  expect(logBytes()).toBeGreaterThan(1_000 * 8);
  await append(1_000, 1_000 + LARGE);
  expect(logBytes()).toBe(0);
  expect(await barsOfFile()).toBe(1_000 + LARGE);
  await append(1_000 + LARGE, 2_000 + LARGE);
  expect(logBytes()).toBeGreaterThan(1_000 * 8);
  expect(await barsOfFile()).toBe(1_000 + LARGE);
});

it('leaves another transaction that is open what it has, and both in the file that is opened again', async () => {
  const from = 10 + LARGE * 2;
  const other = await warehouse.begin();
  await other.appendIndicators(ETH, indicators(range(0, 10)));
  await append(from, from + LARGE);
  await other.appendIndicators(ETH, indicators(range(10, 20)));
  await other.commit();
  await warehouse.close();
  warehouse = await openWarehouse(`duckdb:${file}`);
  const { rows } = await warehouse.query(
    'SELECT count(*) FROM bar_indicator GROUP BY symbol_id ORDER BY symbol_id',
  );
  expect(rows.map(([count]) => Number(count))).toEqual([2_000 + 2 * LARGE, 20]);
});
