import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadFiles, recompute } from '../engine/index.js';
import { GROUPINGS, type Grouping, readFigures, readReport, type Warehouse } from '../warehouse/index.js';
import { temporaryFolder } from './support/cli.js';
import { walkColumns } from './support/market.js';
import { csvOf } from './support/market-files.js';
import { newWarehouse } from './support/warehouse.js';

// A report of one partition: its line and the overview are the same figures, which are computed once.

const FILTER = { strategy: 'trend-momentum' };
const folder = temporaryFolder();
let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await newWarehouse(folder.path, 'once');
  const path = join(folder.path, 'BTCUSDT-1h-x.csv');
  writeFileSync(path, csvOf(walkColumns({ seed: 9, rows: 2_000, durationMs: 3_600_000, gaps: 0 })));
  await loadFiles(warehouse, [path], { now: Date.UTC(2026, 0, 1) });
  await recompute(warehouse, { threads: 0 });
});

afterAll(async () => {
  await warehouse.close();
  folder.dispose();
});

/** Makes a report and counts how often its account was computed. */
async function accountsOf(by: Grouping) {
  let accounts = 0;
  const analyse: Warehouse['analyse'] = (task) =>
    warehouse.analyse((session) => {
      const keep: typeof session.keep = (table, ...given) => {
        if (table === 'equity') accounts++;
        return session.keep(table, ...given);
      };
      return task(
        new Proxy(session, {
          get: (target, name) => {
            if (name === 'keep') return keep;
            const member = Reflect.get(target, name);
            return typeof member === 'function' ? member.bind(target) : member;
          },
        }),
      );
    });
  const spied = new Proxy(warehouse, {
    get: (target, name) => {
      if (name === 'analyse') return analyse;
      const member = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { report: await readReport(spied, FILTER, by), accounts };
}

it.each(GROUPINGS)('by %s: the overview is that of everything', async (by) => {
  const { report, accounts } = await accountsOf(by);
  const [whole] = await readFigures(warehouse, FILTER, 'all');
  const { streaks, excursions, metrics, equity_days, ...figures } = report.overall[0]!;
  expect(figures).toEqual(whole);
  expect(figures.wins).toBeGreaterThan(20);
  expect(excursions.reduce((sum, { trades }) => sum + trades, 0)).toBe(
    figures.wins + figures.losses + figures.expired,
  );
  expect(equity_days.reduce((sum, { trades }) => sum + trades, 0)).toBe(figures.taken);
  expect([streaks !== null, metrics.length]).toEqual([true, 19]);
  // One a group file (regimes have four), and one more where that was not everything.
  const isWhole = report.rows.length === 1 && by !== 'side';
  expect(accounts).toBe(by.endsWith('regime') ? 5 : isWhole ? 1 : 2);
  if (by === 'partition') expect(isWhole).toBe(true);
});
