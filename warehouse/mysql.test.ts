import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WarehouseAccessError, WarehouseLostError } from './errors.js';
import { openWarehouse } from './open.js';
import { readBarTasks } from './reads/bar-lineage.js';
import { readGaps } from './reads/gaps.js';
import { readLoads } from './reads/loads.js';
import { readStatus } from './reads/status.js';
import { NO_MYSQL, type TestServer, testServer } from './testing/mysql.js';
import { type OwnServer, ownServer } from './testing/own-server.js';
import {
  BTC,
  CATALOG,
  closeTime,
  ETH,
  indicators,
  klines,
  loadBars,
  loadFacts,
  loadStrategy,
  predictions,
  range,
  results,
  STRATEGY,
} from './testing/samples.js';
import { warehouseContract } from './warehouse.case.js';
import type { OffsetMove, Warehouse } from './warehouse.js';

describe.skipIf(NO_MYSQL)('mysql (set KLINEMILL_TEST_MYSQL; npm run test:services does)', () => {
  const opened: Warehouse[] = [];
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
  });

  afterEach(async () => {
    for (const warehouse of opened.splice(0)) await warehouse.close();
    await server.dropAll();
  });

  afterAll(() => server?.end());

  async function make(): Promise<Warehouse> {
    const warehouse = await openWarehouse(await server.createDatabase());
    opened.push(warehouse);
    await warehouse.migrate(CATALOG);
    return warehouse;
  }

  warehouseContract('mysql', make);

  describe('consumers of one topic', () => {
    /** A step of partition 0 by two sessions at once: the second one waits until the first one commits. */
    const race = async (warehouse: Warehouse, move: OffsetMove): Promise<boolean[]> => {
      const [first, second] = [await warehouse.begin(), await warehouse.begin()];
      const won = await first.moveOffsets('t', [move]);
      const waiting = second.moveOffsets('t', [{ ...move, next: move.next + 5 }]);
      await first.commit();
      const lost = await waiting;
      await second.rollback();
      return [won, lost];
    };

    it('gives a step of an offset to one of them, the first step too', async () => {
      const warehouse = await make();
      expect(await race(warehouse, { partition: 0, expected: null, next: 3 })).toEqual([true, false]);
      expect(await race(warehouse, { partition: 0, expected: 3, next: 7 })).toEqual([true, false]);
      expect(await warehouse.streamOffsets('t')).toEqual([{ partition: 0, nextOffset: 7 }]);
    });

    it('lets them move partitions of their own at once', async () => {
      const warehouse = await make();
      const bars = await warehouse.begin();
      const changes: number[] = [];
      for (const key of [BTC, ETH]) {
        const change = { ...key, runId: 1, fromTime: 0, toTime: closeTime(0), added: 1, revised: 0 };
        changes.push(await bars.recordKlineChange(change));
        const block = { rows: 1, closeTime: closeTime(0), klineHash: 'a'.repeat(64), state: null };
        await bars.replaceLineage(key, 0, [block]);
        const head = { ...key, strategyId: null, seq: changes.at(-1)!, rows: 1, finerSeq: 1, runId: 1 };
        await bars.setHead({ ...head, lastCloseTime: closeTime(0), versions: {} });
        await bars.moveOffsets('t', [{ partition: changes.length, expected: null, next: 1 }]);
      }
      await bars.commit();

      // Neither is committed before both have written: one that waited for the other would wait for ever.
      const sessions = [await warehouse.begin(), await warehouse.begin()];
      const block = { rows: 2, closeTime: closeTime(1), klineHash: 'b'.repeat(64) };
      const numbers: number[] = [];
      for (const [i, key] of [BTC, ETH].entries()) {
        const step = { ...key, change: changes[i]!, added: 1, block, heads: 1, movesSeq: true };
        numbers.push(...(await sessions[i]!.advance([step])));
        expect(await sessions[i]!.moveOffsets('t', [{ partition: i + 1, expected: 1, next: 2 }])).toBe(true);
      }
      // The later number is committed, the one before it is not: nobody may go past it.
      await sessions[1]!.commit();
      expect(await warehouse.klineChanges(changes[1]!)).toEqual([]);
      await sessions[0]!.commit();
      const seen = await warehouse.klineChanges(changes[1]!);
      expect(seen.map(({ symbol, seq, added }) => [symbol, seq, added])).toEqual([
        [BTC.symbol, numbers[0], 2],
        [ETH.symbol, numbers[1], 2],
      ]);
    });
  });

  describe('opening', () => {
    /** What a failed opening says: one line, without the password. */
    const refusal = async (url: string, use = (w: Warehouse): Promise<unknown> => w.partitions()) => {
      const error: Error = await openWarehouse(url)
        .then(async (warehouse) => {
          opened.push(warehouse);
          return use(warehouse).then(() => new Error('nothing was refused'));
        })
        .catch((thrown) => thrown);
      expect(error.message).not.toContain('secret');
      expect(error.message.split('\n')).toHaveLength(1);
      return error;
    };
    const changed = (url: string, change: (url: URL) => void): string => {
      const copy = new URL(url);
      change(copy);
      return copy.href;
    };

    it('says in one line what is wrong, and never the password', async () => {
      const url = await server.createDatabase();
      const cases: [RegExp, string][] = [
        [/user or password is wrong/, changed(url, (u) => (u.password = 'secret'))],
        [/there is no such host/, changed(url, (u) => (u.hostname = 'nowhere.invalid'))],
        [/the database does not exist/, changed(url, (u) => (u.pathname = '/klinemill_test_nothing'))],
        [/is not mysql:\/\/user:password@host:port\/database/, 'mysql://me:secret@host'],
        [/option 'tls' of 'mysql:\/\/me:\*\*\*@h\/d' is not one of ssl-mode/, 'mysql://me:secret@h/d?tls=1'],
        [/ssl-mode 'MAYBE' is not one of DISABLED, REQUIRED/, 'mysql://me:secret@h/d?ssl-mode=MAYBE'],
        [/ssl-ca '\/no\/file' cannot be read/, 'mysql://me:secret@h/d?ssl-mode=VERIFY_CA&ssl-ca=/no/file'],
        [/ssl-ca needs ssl-mode/, 'mysql://me:secret@h/d?ssl-ca=/no/file'],
      ];
      for (const [line, wrong] of cases) {
        const error = await refusal(wrong);
        expect(error.message).toMatch(line);
        expect(error).toBeInstanceOf(WarehouseAccessError);
      }
      const closed = await refusal(changed(url, (u) => (u.port = '9')));
      expect(closed.message).toMatch(
        /^warehouse: mysql:\/\/klinemill:\*\*\*@.*: no server answers \(ECONNREFUSED\)$/,
      );
    });

    describe('a server set up otherwise', () => {
      let own: OwnServer;
      let settings: TestServer;

      beforeAll(async () => {
        own = await ownServer(mkdtempSync(join(tmpdir(), 'klinemill-mysql-')));
        await own.up();
        settings = await testServer(own.url);
      });

      afterAll(async () => {
        await settings?.end();
        await own?.down();
      });

      it('needs its privileges, and a server that may be written', async () => {
        const url = await settings.createDatabase();
        const name = new URL(url).pathname.slice(1);
        await settings.admin.query(
          `CREATE USER reader IDENTIFIED BY 'secret'; GRANT SELECT ON ${name}.* TO reader`,
        );
        const reader = changed(url, (u) => {
          u.username = 'reader';
          u.password = 'secret';
        });
        const lacking = await refusal(reader, (warehouse) => warehouse.migrate(CATALOG));
        expect(lacking.message).toMatch(/the user lacks a privilege \(CREATE command denied/);
        // Who may not even see the database.
        const other = await refusal(changed(reader, (u) => (u.pathname = '/mysql')));
        expect(other.message).toMatch(/may not use this database/);
        await settings.admin.query(
          `GRANT INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, CREATE VIEW, DROP, REFERENCES ON ${name}.* TO reader; SET GLOBAL read_only = 1`,
        );
        const readOnly = await refusal(reader, (warehouse) => warehouse.migrate(CATALOG));
        expect(readOnly.message).toMatch(/the server does not allow it \(read-only/);
        await settings.admin.query('SET GLOBAL read_only = 0');
      });

      it('works alike whatever the defaults of the server are', async () => {
        await settings.admin.query("SET GLOBAL time_zone = '+05:30', GLOBAL sql_mode = ''");
        const url = await settings.createDatabase('CHARACTER SET latin1 COLLATE latin1_swedish_ci');
        const warehouse = await openWarehouse(url);
        opened.push(warehouse);
        await warehouse.migrate(CATALOG);
        const id = await loadStrategy(warehouse, { ...STRATEGY, description: 'Größe — 価格 🚀 \\ \0' });
        await loadFacts(warehouse, id, range(0, 5));
        expect((await warehouse.strategies())[0]!.document.description).toBe('Größe — 価格 🚀 \\ \0');
        const { rows } = await warehouse.query(
          'SELECT close_time, close_time_utc FROM v_kline ORDER BY close_time LIMIT 1',
        );
        // 2024-01-01 00:00 and an hour, less one ms.
        expect(rows).toEqual([[closeTime(0), '2024-01-01 00:59:59.999']]);
        // Symbols differ by case and accent.
        await loadBars(warehouse, { ...BTC, symbol: 'btcusdt' }, [1]);
        expect(await warehouse.partitions()).toHaveLength(2);
      });
    });

    it('refuses a schema newer than the program, and to read an older one', async () => {
      const url = await server.createDatabase();
      const name = new URL(url).pathname.slice(1);
      const open = async () => openWarehouse(url, { readOnly: true }).then((w) => w.close());
      const refused = expect(open()).rejects;
      await refused.toThrow('holds no klinemill tables');
      await refused.toBeInstanceOf(WarehouseAccessError);
      const warehouse = await openWarehouse(url);
      opened.push(warehouse);
      const { version } = await warehouse.migrate(CATALOG);
      await server.admin.query(`INSERT INTO ${name}.schema_version VALUES (99, '0099_future', 0)`);
      await expect(open()).rejects.toThrow(
        `warehouse: the schema has version 99, this program knows versions up to ${version}; use a newer klinemill`,
      );
      await server.admin.query(`DELETE FROM ${name}.schema_version WHERE version > 1`);
      await expect(open()).rejects.toThrow('run klinemill migrate');
      // As version 5 left it.
      await server.admin.query(`ALTER TABLE ${name}.stage_head DROP COLUMN finer_seq`);
      await server.admin.query(`INSERT INTO ${name}.dim_symbol (symbol_id, symbol) VALUES (1, 'BTCUSDT')`);
      await server.admin.query(`INSERT INTO ${name}.stage_head VALUES (1, 1, NULL, 7, 3, 100, '{}', 1)`);
      const old = await openWarehouse(url);
      opened.push(old);
      await old.migrate(CATALOG);
      expect(await old.heads()).toMatchObject([{ seq: 7, finerSeq: 7 }]);
    });

    it('read-only refuses every write', async () => {
      const url = await server.createDatabase();
      const writer = await openWarehouse(url);
      opened.push(writer);
      await writer.migrate(CATALOG);
      const reader = await openWarehouse(url, { readOnly: true });
      opened.push(reader);
      expect(await reader.partitions()).toEqual([]);
      await expect(reader.begin()).rejects.toThrow('read-only');
      await expect(reader.startRun('load', '', 1)).rejects.toThrow('read-only');
    });
  });

  describe('tables', () => {
    it('refuse orphans of others, and say what they are', async () => {
      const url = await server.createDatabase();
      const warehouse = await openWarehouse(url);
      opened.push(warehouse);
      await warehouse.migrate(CATALOG);
      const name = new URL(url).pathname.slice(1);
      await expect(
        server.admin.query(
          `INSERT INTO ${name}.bar_indicator (symbol_id, interval_id, close_time) VALUES (9, 1, 1)`,
        ),
      ).rejects.toThrow('foreign key constraint');
      const [uncommented] = await server.admin.query(
        `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = '${name}' AND column_comment = ''
         AND table_name IN (SELECT table_name FROM information_schema.tables WHERE table_schema = '${name}' AND table_type = 'BASE TABLE' AND table_comment <> '')`,
      );
      expect(uncommented).toEqual([]);
      const [keyless] = await server.admin.query(
        `SELECT t.table_name AS name FROM information_schema.tables t LEFT JOIN information_schema.statistics s
           ON s.table_schema = t.table_schema AND s.table_name = t.table_name AND s.index_name = 'PRIMARY'
         WHERE t.table_schema = '${name}' AND t.table_type = 'BASE TABLE' AND s.index_name IS NULL`,
      );
      // Its grain holds an unknown: the indicators' head has no strategy.
      expect(keyless).toEqual([{ name: 'stage_head' }]);
    });
  });

  describe('a transaction that is lost', () => {
    it('says so, and leaves nothing', async () => {
      const url = await server.createDatabase();
      const warehouse = await openWarehouse(url);
      opened.push(warehouse);
      await warehouse.migrate(CATALOG);
      const session = await warehouse.begin();
      await session.appendKlines(BTC, klines(range(0, 5)));
      await session.refreshGaps(BTC);
      const [rows] = await server.admin.query(
        `SELECT id FROM information_schema.processlist WHERE db = '${new URL(url).pathname.slice(1)}'`,
      );
      for (const { id } of rows as { id: number }[]) await server.admin.query(`KILL ${id}`);
      await expect(session.commit()).rejects.toBeInstanceOf(WarehouseLostError);
      await session.rollback();
      expect(await warehouse.partitions()).toEqual([]);
      await loadBars(warehouse);
      expect(await warehouse.partitions()).toHaveLength(1);
    });
  });

  describe('plans', () => {
    /** Rows of EXPLAIN that read a table without a key. */
    const plan = async (warehouse: Warehouse, sql: string) => {
      const { columns, rows } = await warehouse.query(`EXPLAIN ${sql}`);
      return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
    };

    it('read every fact by an index, on 100,000 bars', async () => {
      const warehouse = await make();
      const id = await loadStrategy(warehouse);
      const minute = { symbol: 'BTCUSDT', interval: '1m' };
      for (let first = 0; first < 100_000; first += 20_000) {
        const bars = range(first, first + 20_000);
        const session = await warehouse.begin();
        await session.appendKlines(minute, klines(bars, 1, 60_000));
        await session.appendIndicators(minute, indicators(bars));
        await session.appendPredictions(id, minute, predictions(bars));
        await session.appendResults(id, minute, results(bars));
        await session.commit();
      }
      // What the reads really ask: every statement that they send is explained.
      const asked: string[] = [];
      const watched = new Proxy(warehouse, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]) => {
            if (name === 'query') asked.push(String(args[0]));
            return value.apply(target, args);
          };
        },
      });
      await readLoads(watched, minute);
      await readBarTasks(watched, minute, id, closeTime(5));
      await readStatus(watched);
      await readGaps(watched);
      expect(asked.length).toBeGreaterThan(4);
      const facts = /^(k|c|p|g|fact_kline|bar_prediction|fact_prediction_result|bar_indicator)$/;
      const scans = async (sql: string) =>
        (await plan(warehouse, sql)).filter(
          (row) =>
            facts.test(String(row.table)) &&
            (row.type === 'ALL' || row.key === null) &&
            Number(row.rows) > 100,
        );
      for (const sql of [...asked, PARTITIONS]) expect([sql, await scans(sql)]).toEqual([sql, []]);
      // That this would see one.
      expect(await scans('SELECT count(*) FROM fact_kline k WHERE k.open > 100')).toHaveLength(1);
    });

    it('leave one live branch of fact_indicator when codes and time are given, joined to a dimension too', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      await session.appendIndicators(BTC, indicators(range(0, 5_000)));
      await session.commit();
      const where = `f.indicator = 'MACD' AND f.symbol = 'BTCUSDT' AND f."interval" = '1h' AND f."timestamp" >= ${closeTime(4_000)} AND f."timestamp" < ${closeTime(4_010)}`;
      for (const sql of [
        `SELECT * FROM fact_indicator f WHERE ${where}`,
        `SELECT f.* FROM fact_indicator f JOIN dim_indicator_type d ON d.indicator = f.indicator WHERE d.indicator = 'MACD' AND ${where}`,
      ]) {
        const live = (await plan(warehouse, sql)).filter((row) => row.table === 'b');
        expect(live.map(({ type, key, rows }) => [type, key, Number(rows) < 100])).toEqual([
          ['range', 'PRIMARY', true],
        ]);
        expect((await warehouse.query(sql)).rows.length).toBeGreaterThan(5);
      }
    });
  });
});

/** As klinemill asks for its partitions (mysql/klines.ts). */
const PARTITIONS = `SELECT symbol_id, interval_id, min(close_time), max(close_time) FROM fact_kline GROUP BY symbol_id, interval_id`;
