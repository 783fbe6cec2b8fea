import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import type { AnalyticsSession } from '../analytics/session.js';
import { openWarehouse } from '../open.js';
import type { Warehouse } from '../warehouse.js';

const LONGER_THAN_LINGERING_MS = 150;
let warehouse: Warehouse;
afterEach(() => warehouse.close());

/** What DuckDB itself says. */
async function threads(session: AnalyticsSession): Promise<number> {
  const [row] = await session.rows<{ n: number }>("SELECT current_setting('threads')::INTEGER AS n");
  return row!.n;
}

it('scans have all threads, looks have one, unless a scan is under way or has just ended', async () => {
  warehouse = await openWarehouse('duckdb::memory:', { threads: 3 });
  expect(await warehouse.glance(threads)).toBe(1);
  expect(await warehouse.analyse(threads)).toBe(3);
  expect(await warehouse.glance(threads)).toBe(3);
  await pause(LONGER_THAN_LINGERING_MS);
  expect(await warehouse.glance(threads)).toBe(1);
  await warehouse.analyse(async (session) => {
    await pause(LONGER_THAN_LINGERING_MS);
    expect(await Promise.all([warehouse.glance(threads), threads(session)])).toEqual([3, 3]);
  });
  await pause(LONGER_THAN_LINGERING_MS);
  expect(await warehouse.glance(threads)).toBe(1);
  expect((await warehouse.query("SELECT current_setting('threads')::INTEGER AS n")).rows).toEqual([[3]]);
});

it('all threads are those that DuckDB would take', async () => {
  warehouse = await openWarehouse('duckdb::memory:');
  const all = await warehouse.analyse(threads);
  await pause(LONGER_THAN_LINGERING_MS);
  expect(await warehouse.glance(threads)).toBe(1);
  expect(await warehouse.analyse(threads)).toBe(all);
});

it('changes among many scans and looks lose none of them', async () => {
  warehouse = await openWarehouse('duckdb::memory:', { threads: 2 });
  const sum = async (session: AnalyticsSession): Promise<number> => {
    const [row] = await session.rows<{ n: number }>('SELECT sum(range)::BIGINT AS n FROM range(100_000)');
    return row!.n;
  };
  const found: number[] = [];
  for (let round = 0; round < 3; round++) {
    const works = Array.from({ length: 40 }, (_, i) =>
      i % 8 === 0 ? warehouse.analyse(sum) : warehouse.glance(sum),
    );
    found.push(...(await Promise.all(works)));
    await pause(LONGER_THAN_LINGERING_MS);
  }
  expect(found).toEqual(Array.from({ length: 120 }, () => 4_999_950_000));
});
