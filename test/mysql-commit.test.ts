import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  loadFiles,
  MINING_DEFAULTS,
  mine,
  recompute,
  resample,
  syncReplica,
  warehouseCatalog,
} from '../engine/index.js';
import { openWarehouse, type Warehouse } from '../warehouse/index.js';
import { NO_MYSQL, type TestServer, testServer } from '../warehouse/testing/mysql.js';
import { temporaryFolder } from './support/cli.js';
import { writeMarket } from './support/market-files.js';
import { type Fate, type MySqlProxy, mysqlProxy } from './support/mysql-proxy.js';
import { shippedStrategies } from './support/strategies.js';
import { checksumLines, select } from './support/warehouse.js';

// A connection that is lost at COMMIT itself: whether it reached the server nobody tells. Each transaction must stand once,
// with the ledger and the reports of a run that nothing disturbed.

const NOW = Date.UTC(2100, 0, 1);
/** `npm run soak -- mysql --seeds N` cuts every COMMIT. */
const STRIDE = Number(process.env.KLINEMILL_SOAK_SEEDS ?? 3) > 3 ? 1 : 3;

describe.skipIf(NO_MYSQL)(
  'mysql connections lost at COMMIT (set KLINEMILL_TEST_MYSQL; npm run test:services does)',
  () => {
    const folder = temporaryFolder();
    const files = writeMarket(folder.path, [
      { symbol: 'BTCUSDT', interval: '1h', rows: 400, seed: 51 },
      { symbol: 'ETHUSDT', interval: '2h', rows: 300, seed: 52 },
    ]);
    const opened: Warehouse[] = [];
    let server: TestServer;
    let proxy: MySqlProxy;

    beforeAll(async () => {
      server = await testServer();
      proxy = await mysqlProxy(process.env.KLINEMILL_TEST_MYSQL!);
    });

    afterEach(async () => {
      for (const warehouse of opened.splice(0)) await warehouse.close();
      await server.dropAll();
    });

    afterAll(async () => {
      await proxy?.close();
      await server?.end();
      folder.dispose();
    });

    /** Does everything that commits in a new warehouse. @returns what it said, and what stands then */
    async function doAll(cutAt: number, fate: Fate): Promise<{ commits: number; state: unknown }> {
      const warehouse = await openWarehouse(proxy.through(await server.createDatabase()));
      await warehouse.migrate(warehouseCatalog());
      let commits = 0;
      proxy.fate = (sql) => (sql === 'COMMIT' && ++commits === cutAt ? fate : 'pass');
      try {
        const said: unknown[] = [];
        for (const { document, contentHash } of shippedStrategies())
          said.push(await warehouse.importStrategy(document, contentHash, 0));
        for (const report of await loadFiles(warehouse, files, { now: NOW }))
          said.push({ ...report, elapsedMs: 0 });
        const derived = await resample(warehouse, { from: '1h', to: ['2h'], now: NOW });
        said.push(derived.tasks.map((task) => ({ ...task, elapsedMs: 0 })));
        const computed = await recompute(warehouse, { threads: 0, now: () => NOW });
        said.push(computed.tasks);
        proxy.fate = () => 'pass';
        return { commits, state: [said, await checksumLines(warehouse), await ledgerOf(warehouse)] };
      } finally {
        await warehouse.close();
      }
    }

    it.each<Fate>(['before', 'after', 'late'])(
      'each task is done once, cut %s',
      async (fate) => {
        const undisturbed = await doAll(0, 'pass');
        // Two strategies; three runs begun and ended; two files, one derivative, three partitions.
        expect(undisturbed.commits).toBe(2 + 2 * 3 + 2 + 1 + 3);
        for (let commit = 1; commit <= undisturbed.commits; commit += fate === 'late' ? 2 * STRIDE : STRIDE) {
          const { state } = await doAll(commit, fate);
          expect(state, `at COMMIT ${commit}`).toEqual(undisturbed.state);
        }
      },
      300_000,
    );

    it.each<Fate>(['before', 'after'])('mine stores its patterns once, cut %s', async (fate) => {
      const source = await openWarehouse('duckdb::memory:');
      opened.push(source);
      await source.migrate(warehouseCatalog());
      for (const { document, contentHash } of shippedStrategies())
        await source.importStrategy(document, contentHash, 0);
      await loadFiles(source, files, { now: NOW });
      await recompute(source, { threads: 0, now: () => NOW });
      const mineInto = async (cutAt: number) => {
        const target = await openWarehouse(proxy.through(await server.createDatabase()));
        opened.push(target);
        await target.migrate(warehouseCatalog());
        let commits = 0;
        proxy.fate = (sql) => (sql === 'COMMIT' && ++commits === cutAt ? fate : 'pass');
        const { isNew } = await mine(source, target, { ...MINING_DEFAULTS, threads: 0 });
        proxy.fate = () => 'pass';
        const asked = [
          'SELECT kind, status, detail FROM run ORDER BY run_id',
          'SELECT content_hash, trades FROM mining_run',
          'SELECT itemset_id, items, trade_count FROM pattern_itemset ORDER BY itemset_id',
          'SELECT rule_id, kind, antecedent, trade_count FROM pattern_rule ORDER BY rule_id',
        ];
        const state: unknown[] = [isNew];
        for (const sql of asked) state.push(await select(target, sql));
        return { commits, state };
      };
      const undisturbed = await mineInto(0);
      // The run begins, its patterns, it ends.
      expect(undisturbed.commits).toBe(3);
      for (const rows of undisturbed.state.slice(1)) expect(rows).not.toEqual([]);
      for (let commit = 1; commit <= undisturbed.commits; commit++)
        expect((await mineInto(commit)).state, `at COMMIT ${commit}`).toEqual(undisturbed.state);
    });

    it('marks of yesterday go with the next migration', async () => {
      const warehouse = await openWarehouse(await server.createDatabase());
      const catalog = warehouseCatalog();
      await warehouse.migrate(catalog);
      await warehouse.startRun('load', '', NOW);
      const name = new URL(warehouse.url).pathname.slice(1);
      await server.admin.query(
        `INSERT INTO ${name}.commit_mark VALUES ('old', 7, ${Date.now() - 86_500_000})`,
      );
      expect(await select(warehouse, 'SELECT count(*) FROM commit_mark')).toEqual([[2]]);
      await warehouse.migrate(catalog);
      expect(await select(warehouse, "SELECT count(*), max(writer = 'old') FROM commit_mark")).toEqual([
        [1, 0],
      ]);
      await warehouse.close();
    });

    it('copies into a server once', async () => {
      const source = await openWarehouse('duckdb::memory:');
      await source.migrate(warehouseCatalog());
      await loadFiles(source, files, { now: NOW });
      const copy = async (cutAt: number) => {
        const target = await openWarehouse(proxy.through(await server.createDatabase()));
        await target.migrate(warehouseCatalog());
        let commits = 0;
        proxy.fate = (sql) => (sql === 'COMMIT' && ++commits === cutAt ? 'after' : 'pass');
        const report = await syncReplica(source, target);
        const state = [{ ...report, elapsedMs: 0 }, await checksumLines(target), await ledgerOf(target)];
        await target.close();
        return { commits, state };
      };
      const undisturbed = await copy(0);
      // Dimensions, two partitions, runs.
      expect(undisturbed.commits).toBe(1 + 2 + 1);
      for (let commit = 1; commit <= undisturbed.commits; commit++)
        expect((await copy(commit)).state, `at COMMIT ${commit}`).toEqual(undisturbed.state);
      await source.close();
    });
  },
);

/** What was done, in order; a transaction that was undone leaves holes in the numbers. */
async function ledgerOf(warehouse: Warehouse): Promise<unknown[]> {
  const asked = [
    'SELECT kind, status, detail FROM run ORDER BY run_id',
    'SELECT stage, strategy_id, interval_id, from_time, to_time, bars, rows_written, reason FROM run_task ORDER BY task_id',
    'SELECT from_time, to_time, added, revised FROM kline_change ORDER BY seq',
    'SELECT strategy, version FROM dim_strategy ORDER BY strategy_id',
  ];
  const rows: unknown[] = [];
  for (const sql of asked) rows.push(await select(warehouse, sql));
  return rows;
}
