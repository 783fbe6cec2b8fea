import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openWarehouse } from '../open.js';

// DuckDB crashes, or hangs for ever, when a connection is closed under a query; the file must not be opened twice either.

const folder = mkdtempSync(join(tmpdir(), 'klinemill-closing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Half a second of one thread; sum of 0 to n - 1. */
const N = 300_000_000;
const SQL = `SELECT sum(i) AS s FROM range(${N}) t(i)`;
const SUM = ((N - 1) * N) / 2;

it('closes when the last query has its answer, and opens again after that', async () => {
  const url = `duckdb:${join(folder, 'closing.duckdb')}`;
  const warehouse = await openWarehouse(url, { threads: 1 });
  const events: string[] = [];
  const query = warehouse.query(SQL);
  const closed = warehouse.close().then(() => events.push('closed'));
  const again = openWarehouse(url, { threads: 1 }).then((next) => {
    events.push('opened again');
    return next;
  });
  const [sum] = (await query).rows[0]!;
  expect(Number(sum)).toBe(SUM);
  await closed;
  await (await again).close();
  expect(events).toEqual(['closed', 'opened again']);
});
