import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, expect, it, vi } from 'vitest';
import { CATALOG, compileProgram, type Kernel } from '../kernels/index.js';
import { temporaryFolder } from '../test/support/cli.js';
import { walkColumns } from '../test/support/market.js';
import { csvOf } from '../test/support/market-files.js';
import { newWarehouse } from '../test/support/warehouse.js';
import { openWarehouse } from '../warehouse/index.js';

// A sound warehouse passes; a kernel that looks one bar ahead, an altered fact and a changed kline do not.

const folders: ReturnType<typeof temporaryFolder>[] = [];

afterEach(() => {
  vi.resetModules();
  vi.doUnmock('./program.js');
  for (const folder of folders.splice(0)) folder.dispose();
});

const ROWS = 2_500;

/** Ways to cheat: of the bars [start, end) of a chunk, those where the RSI peeks at the bar after. */
const PEEKS: Readonly<Record<string, (t: number, end: number, close: Float64Array) => boolean>> = {
  'one bar ahead': (t, end) => t + 1 < end,
  'past the end of its chunk': () => true,
  // A prefix must end at one of them to show it.
  'ahead at one bar of a hundred': (t, end, close) => t + 1 < end && Math.floor(close[t]! * 1e6) % 97 === 0,
};

/** What it stores at t is known at t + 1 only. */
function lookingAhead(kernel: Kernel, peeks: (typeof PEEKS)[string]): Kernel {
  return {
    ...kernel,
    run: (inputs, params, state, outputs, start, end) => {
      kernel.run(inputs, params, state, outputs, start, end);
      const close = inputs[0]!;
      for (let t = start; t < end; t++)
        if (peeks(t, end, close)) {
          const next = close[t + 1]!;
          if (next !== close[t]!)
            outputs[0]![t]! += next > close[t]! ? 1 : next < close[t]! ? -1 : Number.NaN;
        }
    },
  };
}

async function withPeeking(name: string) {
  vi.resetModules();
  vi.doMock('./program.js', () => ({
    PROGRAM: compileProgram(
      CATALOG.map((row) =>
        row.kernel.name === 'rsi' ? { ...row, kernel: lookingAhead(row.kernel, PEEKS[name]!) } : row,
      ),
    ),
  }));
  return filled();
}

async function filled() {
  const { audit, loadFiles, recompute } = await import('./index.js');
  const folder = temporaryFolder();
  folders.push(folder);
  const warehouse = await newWarehouse(folder.path, 'audit');
  const path = join(folder.path, 'BTCUSDT-1h-x.csv');
  writeFileSync(path, csvOf(walkColumns({ seed: 3, rows: ROWS, durationMs: 3_600_000, gaps: 0.002 })));
  await loadFiles(warehouse, [path], { now: Date.UTC(2026, 0, 1) });
  await recompute(warehouse, { threads: 0 });
  await warehouse.close();
  rmSync(path);
  return {
    /** Changes the file behind the program's back, then audits it. */
    after: async (sql: string | null, all = true) => {
      if (sql !== null) {
        const instance = await DuckDBInstance.create(join(folder.path, 'audit.duckdb'));
        const connection = await instance.connect();
        const { rowsChanged } = await connection.run(sql);
        expect(rowsChanged).toBe(1);
        connection.closeSync();
        instance.closeSync();
      }
      const reader = await openWarehouse(`duckdb:${join(folder.path, 'audit.duckdb')}`, { readOnly: true });
      const { problems, prefixes } = await audit(reader, reader, { all, threads: 0 });
      await reader.close();
      return { problems, prefixes };
    },
  };
}

it('a sound warehouse holds, sampled and whole', async () => {
  const { after } = await filled();
  expect(await after(null, false)).toEqual({ problems: [], prefixes: 3 });
  expect(await after(null, true)).toEqual({ problems: [], prefixes: ROWS });
});

it('a kernel with one bar of lookahead leaks, and the sample finds it', async () => {
  const { problems } = await (await withPeeking('one bar ahead')).after(null, false);
  expect(problems).toMatchObject([
    { check: 'leakage', table: 'fact_indicator', symbol: 'BTCUSDT', interval: '1h' },
  ]);
  expect(problems[0]!.message).toMatch(
    /^(RSI14|STOCH_RSI14) is [\d.]+, and NaN when nothing after the bar is known$/,
  );
});

it.each(Object.keys(PEEKS))('every prefix: a kernel that looks %s leaks', async (name) => {
  const { after } = await withPeeking(name);
  const { problems } = await after(null, true);
  const leaks = problems.filter(({ check }) => check === 'leakage');
  expect(leaks).toMatchObject([{ table: 'fact_indicator', symbol: 'BTCUSDT', interval: '1h' }]);
  expect(leaks[0]!.message).toMatch(/^RSI14 is [\d.]+, and .* when nothing after the bar is known$/);
});

const NTH = (table: string, time: string, n: number): string =>
  `${time} = (SELECT ${time} FROM ${table} ORDER BY ${time} LIMIT 1 OFFSET ${n})`;

it.each([
  [
    'fact_indicator',
    `UPDATE bar_indicator SET ema50 = ema50 + 1e-9 WHERE ${NTH('bar_indicator', 'close_time', 1_500)}`,
  ],
  [
    'fact_prediction',
    `UPDATE bar_prediction SET buy_score = buy_score + 1e-9 WHERE strategy_id = 2 AND ${NTH('bar_prediction', 'predicting_at', 3_000)}`,
  ],
  [
    'fact_prediction_result',
    `UPDATE fact_prediction_result SET pnl_pct = pnl_pct + 1e-9 WHERE rowid = (SELECT min(rowid) + 40 FROM fact_prediction_result)`,
  ],
])('an altered value of %s is found', async (table, sql) => {
  const { problems } = await (await filled()).after(sql);
  expect(problems).toContainEqual(expect.objectContaining({ check: 'verify', table }));
  // The bars one by one find it by themselves.
  expect(problems).toContainEqual(expect.objectContaining({ check: 'leakage', table }));
});

it.each([
  ['sample', false],
  ['whole', true],
])('a kline changed behind its back is found by the %s', async (_, all) => {
  const { after } = await filled();
  const { problems } = await after(
    `UPDATE fact_kline SET volume = volume * 2 WHERE ${NTH('fact_kline', 'close_time', 1_100)}`,
    all,
  );
  expect(problems).toContainEqual(expect.objectContaining({ check: 'verify', table: 'lineage' }));
});

it.each([
  ['confirmed_at = predicting_at + lookahead_ms + 3600000', /lies outside its window/],
  ['entry_price = entry_price * 2', /entry_price is .*, the bar says/],
  ['lookahead_ms = lookahead_ms + 1', /lookahead_ms is .*, its tier says/],
])('a window that does not hold: %s', async (change, message) => {
  const { after } = await filled();
  const sql = `UPDATE fact_prediction_result SET ${change} WHERE rowid = (SELECT min(rowid) + 40 FROM fact_prediction_result)`;
  const { problems } = await after(sql, false);
  expect(problems.find(({ check }) => check === 'windows')?.message).toMatch(message);
});
