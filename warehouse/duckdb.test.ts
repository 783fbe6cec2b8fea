import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, it } from 'vitest';
import { WarehouseAccessError, WarehouseHeldError } from './errors.js';
import { latestVersion } from './migrations/versions.js';
import { openWarehouse } from './open.js';
import { readMiningRuns } from './reads/mining.js';
import { killChild, startChild } from './testing/child.js';
import { BTC, CATALOG, closeTime, collect, indicators, klines, loadBars, range } from './testing/samples.js';
import { analyticsContract, warehouseContract } from './warehouse.case.js';
import type { Warehouse } from './warehouse.js';

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'klinemill-'));
  cleanups.push(() => rmSync(path, { recursive: true }));
  return path;
}

async function open(url: string, options?: Parameters<typeof openWarehouse>[1]): Promise<Warehouse> {
  const warehouse = await openWarehouse(url, options);
  cleanups.push(() => warehouse.close());
  return warehouse;
}

async function make(url = `duckdb:${join(folder(), 'deep', 'w.duckdb')}`): Promise<Warehouse> {
  const warehouse = await open(url);
  await warehouse.migrate(CATALOG);
  return warehouse;
}

warehouseContract('duckdb', () => make());
analyticsContract('duckdb', () => make());

describe('duckdb: opening', () => {
  it('refuses an unknown scheme without telling a password', async () => {
    await expect(openWarehouse('redis://me:secret@host/db')).rejects.toThrow(
      "warehouse: 'redis://me:***@host/db' is neither duckdb:PATH nor mysql://user:password@host:port/database",
    );
  });

  it('keeps what was written when a file is opened again, and applies nothing twice', async () => {
    const url = `duckdb:${join(folder(), 'w.duckdb')}`;
    const first = await openWarehouse(url);
    expect((await first.migrate(CATALOG)).applied).toContain('0001_base');
    await loadBars(first);
    await first.close();
    const second = await make(url);
    expect(await second.migrate(CATALOG)).toEqual({ applied: [], version: latestVersion() });
    expect((await collect(second.scanKlines(BTC, {}))).close_time).toHaveLength(20);
  });

  it('has one instance a file in a process, however the path is spelled', async () => {
    const path = join(folder(), 'w.duckdb');
    const one = await make(`duckdb:${path}`);
    const two = await open(`duckdb:${join(path, '..', '.', 'w.duckdb')}`);
    await loadBars(one);
    expect(await two.partitions()).toEqual(await one.partitions());
    await one.close();
    // The other user still has it.
    await loadBars(two, BTC, range(20, 25));
    expect((await two.partitions())[0]!.rows).toBe(25);
  });

  it('is let go with sessions and scans left open, which are undone', async () => {
    const url = `duckdb:${join(folder(), 'w.duckdb')}`;
    const first = await openWarehouse(url);
    await first.migrate(CATALOG);
    await loadBars(first);
    const session = await first.begin();
    await session.appendKlines(BTC, klines([50]));
    const scan = first.scanKlines(BTC, {}, { batchRows: 3 })[Symbol.asyncIterator]();
    await scan.next();
    await first.close();
    const second = await make(url);
    await loadBars(second, BTC, [60]);
    await expect(session.commit()).rejects.toThrow();
    await scan.return?.();
    expect((await collect(second.scanKlines(BTC, {}))).close_time).toEqual(
      [...range(0, 20), 60].map(closeTime),
    );
  });

  it('read-only needs a file with tables and refuses every write', async () => {
    const path = join(folder(), 'w.duckdb');
    await expect(openWarehouse(`duckdb:${path}`, { readOnly: true })).rejects.toThrow('does not exist');
    const empty = await openWarehouse(`duckdb:${path}`);
    await empty.close();
    const refused = expect(openWarehouse(`duckdb:${path}`, { readOnly: true })).rejects;
    await refused.toThrow('holds no klinemill tables');
    await refused.toBeInstanceOf(WarehouseAccessError);
    const writer = await openWarehouse(`duckdb:${path}`);
    await writer.migrate(CATALOG);
    await loadBars(writer);
    await writer.close();
    const reader = await open(`duckdb:${path}`, { readOnly: true });
    expect((await reader.query('SELECT count(*) FROM fact_kline')).rows).toEqual([[20]]);
    await expect(reader.begin()).rejects.toThrow('read-only');
    await expect(reader.migrate(CATALOG)).rejects.toThrow('read-only');
    await expect(reader.startRun('load', '', 1)).rejects.toThrow('read-only');
    await expect(openWarehouse(`duckdb:${path}`)).rejects.toThrow('close it before writing');
  });

  it('never reaches files, extensions or the network by SQL', async () => {
    const warehouse = await make('duckdb::memory:');
    await expect(warehouse.query("SELECT * FROM read_text('/etc/hostname')")).rejects.toThrow('disabled');
    await expect(warehouse.query("COPY run TO '/tmp/x.csv'")).rejects.toThrow('disabled');
  });

  it('refuses a schema newer than the program in one line', async () => {
    const path = join(folder(), 'w.duckdb');
    await (await make(`duckdb:${path}`)).close();
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    await connection.run("INSERT INTO schema_version VALUES (99, '0099_future', 0)");
    connection.closeSync();
    instance.closeSync();
    await expect(openWarehouse(`duckdb:${path}`)).rejects.toThrow(
      `warehouse: the schema has version 99, this program knows versions up to ${latestVersion()}; use a newer klinemill`,
    );
  });

  it('brings an older schema up to date, and refuses to read it before', async () => {
    const path = join(folder(), 'w.duckdb');
    await (await make(`duckdb:${path}`)).close();
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    // As version 1 left it.
    const tables = [
      ...['kline_derivation', 'resample_head', 'mining_run', 'pattern_itemset', 'pattern_rule'],
      ...['stream_offset', 'prediction_outbox', 'commit_mark'],
    ];
    for (const gone of ['VIEW v_kline_derivation', ...tables.map((table) => `TABLE ${table}`)])
      await connection.run(`DROP ${gone}`);
    await connection.run('ALTER TABLE stage_head DROP COLUMN finer_seq');
    await connection.run("INSERT INTO dim_symbol VALUES (1, 'BTCUSDT')");
    await connection.run("INSERT INTO stage_head VALUES (1, 1, NULL, 7, 3, 100, '{}', 1)");
    await connection.run('DELETE FROM schema_version WHERE version > 1');
    connection.closeSync();
    instance.closeSync();
    await expect(openWarehouse(`duckdb:${path}`, { readOnly: true })).rejects.toThrow(
      `warehouse: the schema has version 1, this program reads version ${latestVersion()}; run klinemill migrate`,
    );
    const warehouse = await open(`duckdb:${path}`);
    expect(await warehouse.migrate(CATALOG)).toEqual({
      applied: ['0002_derivation', '0003_mining', '0004_stream', '0005_commit_mark', '0006_finer_seq'],
      version: latestVersion(),
    });
    expect((await warehouse.query('SELECT * FROM v_kline_derivation')).rows).toEqual([]);
    expect(await warehouse.heads()).toMatchObject([{ seq: 7, finerSeq: 7 }]);
    expect(await warehouse.resampleHeads()).toEqual([]);
    expect(await readMiningRuns(warehouse)).toEqual([]);
  });

  it('refuses a file that is no database', async () => {
    await expect(openWarehouse('duckdb:/dev/null/x')).rejects.toThrow();
    const url = `duckdb:${join(import.meta.dirname, 'open.ts')}`;
    await expect(openWarehouse(url)).rejects.toThrow(/^warehouse: cannot open duckdb:/);
  });
});

describe('duckdb: another process', () => {
  it('holds the file while it lives; killed, it leaves what was committed', async () => {
    const place = folder();
    const path = join(place, 'w.duckdb');
    const child = await startChild(
      place,
      `import { openWarehouse } from './warehouse/open.js';
       import { BTC, CATALOG, indicators, klines, loadBars, range } from './warehouse/testing/samples.js';
       const warehouse = await openWarehouse(${JSON.stringify(`duckdb:${path}`)});
       await warehouse.migrate(CATALOG);
       await loadBars(warehouse);
       const session = await warehouse.begin();
       await session.appendKlines(BTC, klines(range(20, 40)));
       await session.appendKlines({ symbol: 'NEW', interval: '1m' }, klines(range(0, 300000), 1, 60000));
       await session.appendIndicators(BTC, indicators(range(0, 40)));
       await session.recordKlineChange({ ...BTC, runId: 1, fromTime: 0, toTime: 1, added: 20, revised: 0 });
       console.log('ready');
       setInterval(() => session, 1000);`,
    );
    cleanups.push(() => child.kill('SIGKILL'));
    const held = await openWarehouse(`duckdb:${path}`).catch((error) => error);
    expect(held).toBeInstanceOf(WarehouseHeldError);
    expect(held.message).toBe(
      `warehouse: duckdb:${path} is held by process ${child.pid}; a DuckDB file belongs to one process at a time`,
    );
    await killChild(child);

    expect(existsSync(`${path}.wal`)).toBe(true);
    const reader = await openWarehouse(`duckdb:${path}`, { readOnly: true });
    expect(await reader.partitions()).toHaveLength(1);
    await reader.close();
    const warehouse = await make(`duckdb:${path}`);
    expect(await warehouse.partitions()).toEqual([
      { ...BTC, rows: 20, firstCloseTime: closeTime(0), lastCloseTime: closeTime(19) },
    ]);
    expect(await warehouse.klineChanges(0)).toEqual([]);
    expect((await warehouse.query('SELECT symbol FROM dim_symbol')).rows).toEqual([['BTCUSDT']]);
    // And it can be written again.
    const session = await warehouse.begin();
    await session.appendKlines(BTC, klines(range(20, 30)));
    await session.appendIndicators(BTC, indicators(range(0, 30)));
    await session.commit();
    expect((await warehouse.partitions())[0]!.rows).toBe(30);
  });
});

describe('duckdb: memory', () => {
  it('gives free memory back, that of others in the process too, and keeps its limit', async () => {
    const place = folder();
    const child = await startChild(
      place,
      `import { writeFileSync } from 'node:fs';
       import { setFlagsFromString } from 'node:v8';
       import { runInNewContext } from 'node:vm';
       import { openWarehouse } from './warehouse/open.js';
       // As a stream opens it: further threads of DuckDB give memory back by themselves when nothing comes for half a second.
       const warehouse = await openWarehouse('duckdb::memory:', { memoryLimit: '64MB', threads: 1 });
       const limit = async () =>
         (await warehouse.query("SELECT value FROM duckdb_settings() WHERE name = 'memory_limit'")).rows[0][0];
       const limits = [await limit()];
       // Small enough for the heap of the C library; the last one keeps it from shrinking at its end.
       const kept = Array.from({ length: 4_000 }, () => Buffer.alloc(50_000, 1)).splice(-1);
       setFlagsFromString('--expose-gc');
       runInNewContext('gc')();
       await new Promise((resolve) => setTimeout(resolve, 500));
       const before = process.memoryUsage.rss();
       await warehouse.trim();
       const given = before - process.memoryUsage.rss();
       limits.push(await limit());
       await warehouse.close();
       writeFileSync(new URL('./seen.json', import.meta.url), JSON.stringify({ given, limits, kept: kept.length }));
       console.log('done');`,
    );
    cleanups.push(() => child.kill('SIGKILL'));
    const seen = JSON.parse(readFileSync(join(place, 'seen.json'), 'utf8'));
    expect(seen).toMatchObject({ kept: 1, limits: [seen.limits[0], seen.limits[0]] });
    // Of 200 MB.
    expect(seen.given).toBeGreaterThan(100e6);
  });
});

describe('duckdb: plans', () => {
  it('scan bar_indicator once when the indicator is given', async () => {
    const warehouse = await make('duckdb::memory:');
    const session = await warehouse.begin();
    await session.appendIndicators(BTC, indicators(range(0, 30)));
    await session.commit();
    const scans = async (where: string) => {
      const { rows } = await warehouse.query(`EXPLAIN SELECT * FROM fact_indicator ${where}`);
      return String(rows[0]![1]).match(/bar_indicator/g)?.length ?? 0;
    };
    expect(await scans("WHERE indicator = 'MACD' AND symbol = 'BTCUSDT' AND \"timestamp\" > 5")).toBe(1);
    expect(await scans('')).toBe(CATALOG.codes.length);
  });
});
