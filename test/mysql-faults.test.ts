import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { warehouseCatalog } from '../engine/index.js';
import { openWarehouse, type Warehouse } from '../warehouse/index.js';
import { NO_MYSQL, type TestServer, testServer } from '../warehouse/testing/mysql.js';
import { type OwnServer, ownServer } from '../warehouse/testing/own-server.js';
import { cli, spawnCli } from './cli-process.js';
import { temporaryFolder } from './support/cli.js';
import { random } from './support/market.js';
import { writeMarket } from './support/market-files.js';
import {
  computeAll,
  killAndRestart,
  killConnections,
  loadedWarehouse,
  statementUnderWay,
} from './support/mysql.js';
import { mysqlProxy } from './support/mysql-proxy.js';
import { checksumLines } from './support/warehouse.js';

// What a shared server does to its users. After each fault the checksums are those of an undisturbed run in DuckDB.

/** `npm run soak -- mysql --seeds N` runs more. */
const SEEDS = Array.from({ length: Number(process.env.KLINEMILL_SOAK_SEEDS ?? 3) }, (_, i) => i + 1);

describe.skipIf(NO_MYSQL)('mysql faults (set KLINEMILL_TEST_MYSQL; npm run test:services does)', () => {
  const folder = temporaryFolder();
  const files = writeMarket(folder.path, [
    { symbol: 'BTCUSDT', interval: '1h', rows: 3_000, seed: 31 },
    { symbol: 'ETHUSDT', interval: '2h', rows: 2_000, seed: 32 },
  ]);
  const cleanups: (() => unknown)[] = [];
  let server: TestServer;
  let truth: string[];

  beforeAll(async () => {
    server = await testServer();
    const warehouse = await loadedWarehouse('duckdb::memory:', files);
    await computeAll(warehouse);
    truth = await checksumLines(warehouse);
    await warehouse.close();
    expect(truth.length).toBeGreaterThan(9);
  });

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
    await server.dropAll();
  });

  afterAll(async () => {
    await server?.end();
    folder.dispose();
  });

  async function loaded(url?: string, note?: (line: string) => void): Promise<Warehouse> {
    const warehouse = await loadedWarehouse(url ?? (await server.createDatabase()), files, note);
    cleanups.push(() => warehouse.close());
    return warehouse;
  }

  it.each(SEEDS)('connections killed in flight, seed %i', async (seed) => {
    const next = random(seed);
    const url = await server.createDatabase();
    const warehouse = await loaded(url);
    let kills = 0;
    const killings: Promise<unknown>[] = [];
    await computeAll(warehouse, () => {
      if (kills >= 3 || next() > 0.4) return;
      kills++;
      killings.push(killConnections(server, url));
    });
    await Promise.all(killings);
    expect(kills).toBeGreaterThan(0);
    expect(await checksumLines(warehouse)).toEqual(truth);
  });

  it('connections killed while they are idle', async () => {
    const url = await server.createDatabase();
    const warehouse = await loaded(url);
    const before = await warehouse.partitions();
    await killConnections(server, url);
    expect(await warehouse.partitions()).toEqual(before);
    await killConnections(server, url);
    await computeAll(warehouse);
    expect(await checksumLines(warehouse)).toEqual(truth);
  });

  it.each(SEEDS)('server killed and restarted in mid-recompute, seed %i', async (seed) => {
    const own = await ownServer(join(folder.path, `server-${seed}`));
    cleanups.push(() => own.down());
    await own.up();
    const warehouse = await loaded(own.url);
    const next = random(seed + 100);
    const moment = 1 + Math.floor(next() * 8);
    let chunks = 0;
    let restart: Promise<void> | null = null;
    await computeAll(warehouse, () => {
      if (++chunks !== moment) return;
      restart = killAndRestart(own);
    });
    expect(restart).not.toBeNull();
    await restart;
    expect(await checksumLines(warehouse)).toEqual(truth);
  });

  describe('a server set up otherwise', () => {
    let own: OwnServer;
    let settings: TestServer;

    beforeAll(async () => {
      own = await ownServer(join(folder.path, 'settings'));
      await own.up();
      settings = await testServer(own.url);
    });

    afterAll(async () => {
      await settings?.end();
      await own?.down();
    });

    it('LOCAL forbidden: rows go in by INSERT, and that is said once', async () => {
      await settings.admin.query('SET GLOBAL local_infile = 0');
      const notes: string[] = [];
      const warehouse = await loaded(await settings.createDatabase(), (line) => notes.push(line));
      await computeAll(warehouse);
      expect(notes).toHaveLength(1);
      expect(notes[0]).toContain('local_infile = 0');
      expect(await checksumLines(warehouse)).toEqual(truth);
    });

    it.each([1, 0])('max_allowed_packet small, LOCAL %i', async (local) => {
      await settings.admin.query(`SET GLOBAL max_allowed_packet = 32768, local_infile = ${local}`);
      const warehouse = await loaded(await settings.createDatabase());
      await computeAll(warehouse);
      expect(await checksumLines(warehouse)).toEqual(truth);
    });
  });

  it('rows locked by another one for 5 seconds', async () => {
    const url = await server.createDatabase();
    const warehouse = await loaded(url);
    await computeAll(warehouse);
    const other = await createConnection(url);
    cleanups.push(() => other.end());
    await other.query('START TRANSACTION');
    await other.query('SELECT count(*) FROM bar_indicator FOR UPDATE');
    const started = performance.now();
    const release = sleep(5_000).then(() => other.query('COMMIT'));
    await computeAll(warehouse, undefined, true);
    expect(performance.now() - started).toBeGreaterThan(4_900);
    await release;
    expect(await checksumLines(warehouse)).toEqual(truth);
  });

  it.skipIf(process.getuid?.() !== 0)('disk full (mounting a tmpfs takes root)', async () => {
    const mount = join(folder.path, 'small');
    mkdirSync(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=260m', 'tmpfs', mount]);
    cleanups.push(() => execFileSync('umount', ['-l', mount]));
    const own = await ownServer(
      join(mount, 'server'),
      '--innodb-log-file-size=16M --innodb-flush-method=fsync',
    );
    cleanups.push(() => own.down());
    await own.up();
    const warehouse = await loaded(own.url);
    // Holes in the server's own files would be filled on the way, and a server dies of that: fill them before.
    const data = join(own.folder, 'mysql');
    for (const name of readdirSync(data).filter((file) => file.startsWith('ib')))
      execFileSync('fallocate', ['-l', String(statSync(join(data, name)).size), join(data, name)]);
    // All but a little of what is free.
    const ballast = join(mount, 'ballast');
    const free = Number(execFileSync('df', ['--output=avail', '-k', mount]).toString().split('\n')[1]) * 1024;
    execFileSync('fallocate', ['-l', String(free - 1_500_000), ballast]);
    await expect(computeAll(warehouse)).rejects.toThrow(
      /^warehouse: mysql:\/\/klinemill:\*\*\*@.*the disk of the server is full/,
    );
    rmSync(ballast);
    // No half range: a partition's stage is there wholly or not at all.
    const heads = (await warehouse.heads()).length;
    const facts = (await checksumLines(warehouse)).filter((line) => !line.startsWith('fact_kline'));
    expect(facts.every((line) => truth.includes(line))).toBe(true);
    if (heads === 0) expect(facts).toEqual([]);
    await computeAll(warehouse);
    expect(await checksumLines(warehouse)).toEqual(truth);
  });

  it('migration killed after each step finishes on the next run', async () => {
    const catalog = warehouseCatalog();
    const shape = async (name: string): Promise<string> => {
      const [columns] = await server.admin.query(
        `SELECT table_name, column_name, column_type, column_key, ordinal_position FROM information_schema.columns
         WHERE table_schema = ? ORDER BY table_name, ordinal_position`,
        [name],
      );
      const [versions] = await server.admin.query(`SELECT version, name FROM ${name}.schema_version`);
      return JSON.stringify([columns, versions]);
    };
    const wholeUrl = await server.createDatabase();
    const proxy = await mysqlProxy(wholeUrl);
    cleanups.push(() => proxy.close());
    const whole = await openWarehouse(proxy.through(wholeUrl));
    let steps = 0;
    proxy.fate = () => {
      steps++;
      return 'pass';
    };
    const { version } = await whole.migrate(catalog);
    await whole.close();
    const expected = await shape(new URL(wholeUrl).pathname.slice(1));
    expect(steps).toBeGreaterThan(40);
    // Some by default, all of them in the campaign.
    const stride = SEEDS.length > 3 ? 1 : 13;
    for (let step = 1; step < steps; step += stride) {
      const url = await server.createDatabase();
      proxy.fate = () => 'pass';
      const child = await openWarehouse(proxy.through(url));
      let passed = 0;
      const cut = new Promise<void>((done) => {
        proxy.fate = () => {
          if (passed++ < step) return 'pass';
          done();
          return 'before';
        };
      });
      // It would try again on a new connection: closing is what a kill looks like from outside.
      const interrupted = child.migrate(catalog).catch(() => undefined);
      await cut;
      await child.close();
      await interrupted;
      const next = await openWarehouse(url);
      expect((await next.migrate(catalog)).version).toBe(version);
      expect(await next.migrate(catalog)).toEqual({ applied: [], version });
      await next.close();
      expect(await shape(new URL(url).pathname.slice(1))).toBe(expected);
      await server.admin.query(`SELECT 1 FROM ${new URL(url).pathname.slice(1)}.v_prediction LIMIT 1`);
    }
  }, 900_000);

  it('two recomputes at once: one wins, the other names the holder and exits with 3', async () => {
    const url = await server.createDatabase();
    const warehouse = await loaded(url);
    // The first one stands still with the partition locked, as long as the bars' rows are.
    await computeAll(warehouse);
    const other = await createConnection(url);
    cleanups.push(() => other.end());
    await other.query('START TRANSACTION');
    await other.query('SELECT count(*) FROM bar_indicator FOR UPDATE');
    const args = ['recompute', '--force', '--symbol', 'BTCUSDT', '--threads', '1', '--warehouse', url];
    const first = cli(args);
    const holder = await statementUnderWay(server, url, 'DELETE FROM bar_indicator');
    const second = await cli(args);
    expect(second.code, second.stderr).toBe(3);
    expect(second.stderr.trim().split('\n').at(-1)).toMatch(
      new RegExp(
        `BTCUSDT 1h in mysql://klinemill:\\*\\*\\*@.* is held by connection ${holder} \\(klinemill@.*; a partition has one writer at a time`,
      ),
    );
    await other.query('COMMIT');
    expect((await first).code).toBe(0);
    expect(await checksumLines(warehouse)).toEqual(truth);
  });

  it('a process killed in mid-recompute leaves whole passes', async () => {
    const url = await server.createDatabase();
    const warehouse = await loaded(url);
    const child = spawnCli(['recompute', '--threads', '1', '--chunk-rows', '200', '--warehouse', url]);
    const gone = new Promise((done) => child.on('exit', done));
    await statementUnderWay(server, url, 'LOAD DATA');
    child.kill('SIGKILL');
    await gone;
    const facts = (await checksumLines(warehouse)).filter((line) => !line.startsWith('fact_kline'));
    expect(facts.every((line) => truth.includes(line))).toBe(true);
    await computeAll(warehouse);
    expect(await checksumLines(warehouse)).toEqual(truth);
  });
});
