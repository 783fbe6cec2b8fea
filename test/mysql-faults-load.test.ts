import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadFiles, loadSources, openStream, resample, warehouseCatalog } from '../engine/index.js';
import { openWarehouse, type Warehouse } from '../warehouse/index.js';
import { NO_MYSQL, type TestServer, testServer } from '../warehouse/testing/mysql.js';
import { ownServer } from '../warehouse/testing/own-server.js';
import { spawnCli } from './cli-process.js';
import { temporaryFolder } from './support/cli.js';
import { random } from './support/market.js';
import { writeMarket } from './support/market-files.js';
import { killAndRestart, killConnections, statementUnderWay } from './support/mysql.js';
import { checksumLines, select } from './support/warehouse.js';

// Load and resample under the faults of a server. After each the checksums are those of an undisturbed run in DuckDB.

/** `npm run soak -- mysql --seeds N` runs more. */
const SEEDS = Array.from({ length: Number(process.env.KLINEMILL_SOAK_SEEDS ?? 3) }, (_, i) => i + 1);
const OPTIONS = { now: Date.UTC(2100, 0, 1) };
/** Several chunks of rows: those before the last are written when a fault falls between them. */
const MARKET = [
  { symbol: 'BTCUSDT', interval: '1m', rows: 100_000, seed: 41 },
  { symbol: 'ETHUSDT', interval: '1m', rows: 40_000, seed: 42 },
];
const PIECES = 20;

describe.skipIf(NO_MYSQL)(
  'mysql faults of load and resample (set KLINEMILL_TEST_MYSQL; npm run test:services does)',
  () => {
    const folder = temporaryFolder();
    const files = writeMarket(folder.path, MARKET);
    const cleanups: (() => unknown)[] = [];
    let server: TestServer;
    let loadedTruth: string[];
    let truth: string[];

    beforeAll(async () => {
      server = await testServer();
      const warehouse = await opened('duckdb::memory:');
      await loadFiles(warehouse, files, OPTIONS);
      loadedTruth = await state(warehouse);
      await derive(warehouse);
      truth = await state(warehouse);
      await cleanUp();
      expect([loadedTruth.length, truth.length]).toEqual([2 + 2, 2 + 6 + 2]);
    });

    afterEach(async () => {
      await cleanUp();
      await server.dropAll();
    });

    afterAll(async () => {
      await server?.end();
      folder.dispose();
    });

    async function cleanUp(): Promise<void> {
      for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
    }

    async function opened(url: string): Promise<Warehouse> {
      const warehouse = await openWarehouse(url);
      cleanups.push(() => warehouse.close());
      await warehouse.migrate(warehouseCatalog());
      return warehouse;
    }

    const derive = (warehouse: Warehouse, onBars?: () => void) =>
      resample(warehouse, { from: '1m', to: ['5m', '1h', '1d'], ...OPTIONS, onBars });

    /** Checksums, and the rows that follow from the bars. */
    async function state(warehouse: Warehouse): Promise<string[]> {
      const gaps = await select(warehouse, 'SELECT count(*) FROM v_kline_gap');
      const marks = await select(
        warehouse,
        'SELECT count(*), sum(bars), min(close_time), max(close_time) FROM kline_derivation',
      );
      return [...(await checksumLines(warehouse)), JSON.stringify(gaps), JSON.stringify(marks)];
    }

    /** The files as sources that meet `fault`, once, before piece `moment` of the first. */
    function interrupted(moment: number, fault: () => unknown) {
      let hasHappened = false;
      return MARKET.map(({ symbol, interval }, i) => {
        const bytes = readFileSync(files[i]!);
        const pieceBytes = Math.ceil(bytes.length / PIECES);
        async function* pieces(): AsyncGenerator<Uint8Array> {
          for (let piece = 0; piece < PIECES; piece++) {
            if (i === 0 && piece === moment && !hasHappened) {
              hasHappened = true;
              await fault();
            }
            yield bytes.subarray(piece * pieceBytes, (piece + 1) * pieceBytes);
          }
        }
        return { source: openStream(`${symbol}-${interval}.csv`, pieces), key: { symbol, interval } };
      });
    }

    /** What another connection does to make everyone wait who writes bars. @returns lets them go on */
    async function lockBars(url: string): Promise<() => Promise<unknown>> {
      const other = await createConnection(url);
      cleanups.push(() => other.end());
      await other.query('START TRANSACTION');
      await other.query('SELECT count(*) FROM fact_kline FOR UPDATE');
      return () => other.query('COMMIT');
    }

    it.each(SEEDS)('load: connections killed while they are idle, seed %i', async (seed) => {
      const url = await server.createDatabase();
      const warehouse = await opened(url);
      const moment = Math.floor(random(seed)() * PIECES);
      const read: number[] = [];
      const reports = await loadSources(
        warehouse,
        interrupted(moment, () => killConnections(server, url)),
        { ...OPTIONS, onProgress: (step) => read.push(step.read) },
      );
      expect(reports.map(({ added }) => added)).toEqual(MARKET.map(({ rows }) => rows));
      // What is read again is no step back.
      expect(read.filter((rows, i) => rows < (read[i - 1] ?? 0))).toHaveLength(1);
      expect(await state(warehouse)).toEqual(loadedTruth);
    });

    it('load: connection killed in flight, of a file that is parsed on a thread', async () => {
      const url = await server.createDatabase();
      const warehouse = await opened(url);
      const release = await lockBars(url);
      const loading = loadFiles(warehouse, files, OPTIONS);
      await server.admin.query(`KILL ${await statementUnderWay(server, url, 'LOAD DATA')}`);
      await release();
      await loading;
      expect(await state(warehouse)).toEqual(loadedTruth);
    });

    it.each(SEEDS)('load: server killed and restarted, seed %i', async (seed) => {
      const own = await ownServer(join(folder.path, `load-${seed}`));
      cleanups.push(() => own.down());
      await own.up();
      const warehouse = await opened(own.url);
      let restart = Promise.resolve();
      const moment = Math.floor(random(seed + 100)() * PIECES);
      await loadSources(
        warehouse,
        interrupted(moment, () => {
          restart = killAndRestart(own);
        }),
        OPTIONS,
      );
      await restart;
      expect(await state(warehouse)).toEqual(loadedTruth);
    });

    it('load: standard input cannot be read again, and that is said', async () => {
      const url = await server.createDatabase();
      const warehouse = await opened(url);
      const args = ['load', '-', '--symbol', 'BTCUSDT', '--interval', '1m', '--warehouse', url];
      const release = await lockBars(url);
      const child = spawnCli(args);
      let said = '';
      child.stderr!.on('data', (piece) => {
        said += piece;
      });
      child.stdin!.end(readFileSync(files[0]!));
      const gone = new Promise((done) => child.on('close', done));
      await server.admin.query(`KILL ${await statementUnderWay(server, url, 'LOAD DATA')}`);
      await release();
      expect(await gone).toBe(1);
      expect(said.trimEnd().split('\n').at(-1)).toMatch(
        /^klinemill: warehouse: mysql:\/\/klinemill:\*\*\*@.*: the connection was lost \(.*\); '-' cannot be read a second time: load it again$/,
      );
      expect(await warehouse.partitions()).toEqual([]);
    });

    it.each(SEEDS)('resample: connections killed, seed %i', async (seed) => {
      const next = random(seed + 200);
      const url = await server.createDatabase();
      const warehouse = await opened(url);
      await loadFiles(warehouse, files, OPTIONS);
      const killings: Promise<void>[] = [];
      await derive(warehouse, () => {
        if (killings.length < 3 && next() < 0.3) killings.push(killConnections(server, url));
      });
      await Promise.all(killings);
      expect(killings.length).toBeGreaterThan(0);
      expect(await state(warehouse)).toEqual(truth);
    });

    it('resample: connection killed in flight', async () => {
      const url = await server.createDatabase();
      const warehouse = await opened(url);
      await loadFiles(warehouse, files, OPTIONS);
      const release = await lockBars(url);
      const deriving = derive(warehouse);
      await server.admin.query(`KILL ${await statementUnderWay(server, url, 'LOAD DATA')}`);
      await release();
      await deriving;
      expect(await state(warehouse)).toEqual(truth);
    });

    it.each(SEEDS)('resample: server killed and restarted, seed %i', async (seed) => {
      const own = await ownServer(join(folder.path, `resample-${seed}`));
      cleanups.push(() => own.down());
      await own.up();
      const warehouse = await opened(own.url);
      await loadFiles(warehouse, files, OPTIONS);
      const moment = 1 + Math.floor(random(seed + 300)() * 20);
      let chunks = 0;
      let restart: Promise<void> | null = null;
      await derive(warehouse, () => {
        if (++chunks === moment) restart = killAndRestart(own);
      });
      expect(restart).not.toBeNull();
      await restart;
      expect(await state(warehouse)).toEqual(truth);
    });
  },
);
