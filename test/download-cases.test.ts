import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type DownloadOptions, download, loadFiles } from '../engine/index.js';
import type { Warehouse } from '../warehouse/index.js';
import { cli, spawnCli } from './cli-process.js';
import { type ExchangeOptions, ExchangeServer, type Partition, rowsWithin } from './exchange-server.js';
import { temporaryFolder } from './support/cli.js';
import { makeSeries, writeSeries } from './support/exchange-market.js';
import { walkColumns } from './support/market.js';
import { csvOf } from './support/market-files.js';
import { checksumLines, newWarehouse, select } from './support/warehouse.js';
import { zipOf } from './support/zip.js';

// One case a test: a few months of one series, from a server on this machine.

const FROM = Date.UTC(2020, 0, 1);
const NOW = Date.UTC(2020, 5, 20, 12);
const HOUR = 3_600_000;
const AAA = makeSeries({ symbol: 'AAAUSDT', interval: '1h', seed: 11, until: NOW + 100 * HOUR });

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Scene {
  readonly server: ExchangeServer;
  readonly warehouse: Warehouse;
  readonly folder: string;
  run(change?: Partial<DownloadOptions>, into?: Warehouse): ReturnType<typeof download>;
}

async function scene(options: Partial<ExchangeOptions> = {}): Promise<Scene> {
  const folder = temporaryFolder();
  ends.push(() => folder.dispose());
  const server = await ExchangeServer.start({ partitions: [AAA], now: NOW, ...options });
  ends.push(() => server.close());
  const warehouse = await newWarehouse(folder.path, 'facts');
  ends.push(() => warehouse.close());
  const run = (change: Partial<DownloadOptions> = {}, into = warehouse) =>
    download(into, {
      market: 'spot',
      symbols: ['AAAUSDT'],
      intervals: ['1h'],
      from: FROM,
      to: NOW,
      now: NOW,
      cacheFolder: join(folder.path, 'cache'),
      dumpUrl: server.url,
      restUrl: server.url,
      weightPerMinute: 100_000,
      http: { parallel: 4, tries: 2, retryWaitMs: 1, silenceMs: 2000 },
      refetch: false,
      revise: false,
      ...change,
    });
  return { server, warehouse, folder: folder.path, run };
}

/** Checksums after loading `[FROM, to)` of a series from a plain file. */
async function direct(partition: Partition, to: number): Promise<string[]> {
  const folder = temporaryFolder();
  ends.push(() => folder.dispose());
  const warehouse = await newWarehouse(folder.path, 'direct');
  ends.push(() => warehouse.close());
  await loadFiles(warehouse, [writeSeries(folder.path, partition, FROM, to)], { now: NOW });
  return checksumLines(warehouse);
}

const sums = (
  found: readonly { readonly bars: number; readonly reason: string }[],
): Record<string, number> => {
  const total: Record<string, number> = {};
  for (const { bars, reason } of found) total[reason] = (total[reason] ?? 0) + bars;
  return total;
};

describe('what the exchange does', () => {
  it('futures: folders, API and name of the market, perpetuals kept apart from spot', async () => {
    const fil = makeSeries({ symbol: 'FILUSDT', interval: '1h', seed: 12, until: NOW });
    const { server, warehouse, run } = await scene({
      partitions: [fil],
      dumpFolder: 'data/futures/um',
      restPath: '/fapi/v1/klines',
    });
    const { partitions } = await run({ market: 'um', symbols: ['FILUSDT', 'FILUSDT_PERP'] });
    expect(
      partitions.map(({ symbol, exchangeSymbol, failures }) => [symbol, exchangeSymbol, failures]),
    ).toEqual([['FILUSDT_PERP', 'FILUSDT', []]]);
    expect(await checksumLines(warehouse)).toEqual(await direct({ ...fil, symbol: 'FILUSDT_PERP' }, NOW));
    expect(server.requests('/fapi/v1/klines?symbol=FILUSDT&').length).toBeGreaterThan(0);
  });

  it('a delisted symbol: its dumps are taken, and what is behind them is said, again and again', async () => {
    const gone = makeSeries({ symbol: 'GONEUSDT', interval: '1h', seed: 13, until: Date.UTC(2020, 3, 1) });
    const { warehouse, run } = await scene({ partitions: [gone], delisted: ['GONEUSDT'] });
    for (let round = 0; round < 2; round++) {
      const [found] = (await run({ symbols: ['GONEUSDT'] })).partitions;
      expect(found!.failures).toEqual([]);
      expect(sums(found!.missing).no_bars).toBe((NOW - gone.columns[0]!.at(-1)!) / HOUR - 1);
    }
    expect(await checksumLines(warehouse)).toEqual(await direct(gone, NOW));
  });

  it('a symbol that nobody knows is refused, after few requests and before anything is fetched', async () => {
    const { server, warehouse, run } = await scene();
    const refused = run({ symbols: ['AAAUSDT', 'AAAUSTD'], intervals: ['1h'], from: Date.UTC(2018, 0) });
    await expect(refused).rejects.toThrow(
      /^download: the exchange does not know 'AAAUSTD' in spot, and has no dumps of it from 2018-01-01 to 2020-06-20 \(HTTP 400: .*Invalid symbol/,
    );
    // The API, and every third of 29 months with the last.
    expect(server.requests('AAAUSTD').length).toBeLessThan(13);
    expect(server.requests('.zip').filter(({ path }) => path.includes('AAAUSDT'))).toEqual([]);
    expect(await warehouse.partitions()).toEqual([]);
    await expect(run({ symbols: ['AAAUSTD'], from: Date.UTC(2020, 5, 1) })).rejects.toThrow('AAAUSTD');
  });

  it('a dump that changed is said; --refetch brings it, and its bars conflict unless --revise', async () => {
    const name = 'AAAUSDT-1h-2020-02.zip';
    const { server, warehouse, run } = await scene();
    await run();
    const rows = rowsWithin(AAA, Date.UTC(2020, 1), Date.UTC(2020, 2));
    const columns = AAA.columns.map((column) => column.slice(rows[0], rows.at(-1)! + 1));
    columns[5]![7]! += 1;
    server.replace(name, zipOf([{ name: 'AAAUSDT-1h-2020-02.csv', data: csvOf(columns) }]));
    const volume = async (): Promise<unknown> =>
      (await select(warehouse, `SELECT volume FROM fact_kline WHERE close_time = ${columns[6]![7]}`))[0]![0];

    const [kept] = (await run()).partitions;
    expect(kept!.changed.map(({ url, isReplaced }) => [url.endsWith(name), isReplaced])).toEqual([
      [true, false],
    ]);
    expect(kept!.loads.map(({ conflicts }) => conflicts).filter((count) => count > 0)).toEqual([]);

    const [refetched] = (await run({ refetch: true })).partitions;
    expect(refetched!.changed.map(({ isReplaced }) => isReplaced)).toEqual([true]);
    expect(refetched!.loads.reduce((sum, { conflicts }) => sum + conflicts, 0)).toBe(1);
    expect(await volume()).toBe(columns[5]![7]! - 1);

    columns[5]![7]! += 1;
    server.replace(name, zipOf([{ name: 'AAAUSDT-1h-2020-02.csv', data: csvOf(columns) }]));
    const [revised] = (await run({ refetch: true, revise: true })).partitions;
    expect(revised!.loads.reduce((sum, load) => sum + load.revised, 0)).toBe(1);
    expect(await volume()).toBe(columns[5]![7]!);
    expect((await run()).partitions[0]!.changed).toEqual([]);
  });
});

describe('bytes that changed after they were loaded', () => {
  const MONTH = 'AAAUSDT-1h-2020-02.zip';
  const volumeOf = (warehouse: Warehouse, closeTime: number) =>
    select(warehouse, `SELECT volume FROM fact_kline WHERE close_time = ${closeTime}`).then(
      (rows) => rows[0]![0],
    );
  /** The exchange publishes `name` anew, with another volume in the eighth row of `[from, to)`. */
  function change(server: ExchangeServer, name: string, from: number, to: number) {
    const rows = rowsWithin(steady, from, to);
    const columns = steady.columns.map((column) => column.slice(rows[0], rows.at(-1)! + 1));
    columns[5]![7]! += 1;
    server.replace(name, zipOf([{ name: name.replace('zip', 'csv'), data: csvOf(columns) }]));
    return { closeTime: columns[6]![7]!, volume: columns[5]![7]! };
  }
  const said = (
    partition: { readonly changed: readonly { url: string; isReplaced: boolean }[] } | undefined,
  ) => partition!.changed.map(({ url, isReplaced }) => [url.split('/').at(-1), isReplaced]);

  // Without a bar missing, so that nothing but a changed dump is of interest once all is loaded.
  const steady: Partition = {
    ...{ symbol: 'AAAUSDT', interval: '1h', durationMs: HOUR },
    columns: walkColumns({ seed: 11, rows: 4400, durationMs: HOUR, gaps: 0 }),
  };
  const whole = { partitions: [steady] };

  it('a run that died between fetching them again and loading them: the next one loads them', async () => {
    const { server, warehouse, run } = await scene(whole);
    await run();
    const { closeTime, volume } = change(server, MONTH, Date.UTC(2020, 1), Date.UTC(2020, 2));
    const begin = warehouse.begin.bind(warehouse);
    warehouse.begin = async () => {
      throw new Error('killed');
    };
    await expect(run({ refetch: true, revise: true })).rejects.toThrow('killed');
    warehouse.begin = begin;
    const [plain] = (await run()).partitions;
    expect(said(plain)).toEqual([[MONTH, false]]);
    expect(await volumeOf(warehouse, closeTime)).toBe(volume - 1);
    const before = server.requests(MONTH).length;
    const [again] = (await run({ refetch: true, revise: true })).partitions;
    expect([said(again), again!.fetched]).toEqual([[[MONTH, true]], 0]);
    expect(await volumeOf(warehouse, closeTime)).toBe(volume);
    expect(
      server
        .requests(MONTH)
        .slice(before)
        .map(({ path }) => path.endsWith('.zip')),
    ).not.toContain(true);
    expect(said((await run()).partitions[0])).toEqual([]);
  });

  it('a cache that another warehouse has brought up to date, or none at all', async () => {
    const { server, warehouse, folder, run } = await scene(whole);
    await run();
    const other = await newWarehouse(folder, 'other');
    ends.push(() => other.close());
    await run({}, other);
    const { closeTime, volume } = change(server, MONTH, Date.UTC(2020, 1), Date.UTC(2020, 2));
    expect(said((await run({ refetch: true, revise: true }, other)).partitions[0])).toEqual([[MONTH, true]]);
    expect(said((await run()).partitions[0])).toEqual([[MONTH, false]]);
    expect(said((await run({ cacheFolder: join(folder, 'empty') })).partitions[0])).toEqual([[MONTH, false]]);
    expect(await volumeOf(warehouse, closeTime)).toBe(volume - 1);
    const [refetched] = (await run({ refetch: true, revise: true })).partitions;
    expect([said(refetched), refetched!.fetched]).toEqual([[[MONTH, true]], 0]);
    expect(await volumeOf(warehouse, closeTime)).toBe(volume);
  });

  it('a daily dump, of a month without its own', async () => {
    const { server, warehouse, run } = await scene({ ...whole, absent: [MONTH] });
    await run();
    const DAY = 'AAAUSDT-1h-2020-02-11.zip';
    const { closeTime, volume } = change(server, DAY, Date.UTC(2020, 1, 11), Date.UTC(2020, 1, 12));
    expect(said((await run()).partitions[0])).toEqual([[DAY, false]]);
    const [refetched] = (await run({ refetch: true, revise: true })).partitions;
    expect([said(refetched), refetched!.fetched]).toEqual([[[DAY, true]], 1]);
    expect(await volumeOf(warehouse, closeTime)).toBe(volume);
    expect(said((await run()).partitions[0])).toEqual([]);
  });
});

describe('what fails', () => {
  const MARCH = 'AAAUSDT-1h-2020-03.zip';

  it('a month that cannot be had: everything else is loaded, and the next run brings it', async () => {
    const { warehouse, run } = await scene({ faults: { [MARCH]: [{ status: 500 }, { status: 503 }] } });
    const [found] = (await run()).partitions;
    expect(found!.failures).toEqual([
      {
        from: Date.UTC(2020, 2),
        to: Date.UTC(2020, 3),
        url: expect.stringContaining(MARCH),
        reason: expect.stringContaining('HTTP 503'),
      },
    ]);
    const bars =
      rowsWithin(AAA, FROM, NOW).length - rowsWithin(AAA, Date.UTC(2020, 2), Date.UTC(2020, 3)).length;
    expect(found!.loads.reduce((sum, { added }) => sum + added, 0)).toBe(bars);
    expect(sums(found!.missing).failed).toBeGreaterThan(700);
    const [again] = (await run()).partitions;
    expect([again!.failures, again!.fetched]).toEqual([[], 1]);
    expect(await checksumLines(warehouse)).toEqual(await direct(AAA, NOW));
  });

  it('a dump that is what it says and no klines: the reason of the load, and nothing of it', async () => {
    const { server, warehouse, run } = await scene();
    server.replace(
      MARCH,
      zipOf([
        { name: 'a.csv', data: 'x' },
        { name: 'b.csv', data: 'y' },
      ]),
    );
    const [found] = (await run()).partitions;
    expect(found!.failures.map(({ reason }) => reason)).toEqual([expect.stringContaining(MARCH)]);
    const rows = await select(
      warehouse,
      `SELECT count(*) FROM fact_kline WHERE close_time >= ${Date.UTC(2020, 2)} AND close_time < ${Date.UTC(2020, 3)}`,
    );
    expect(Number(rows[0]![0])).toBe(0);
  });

  it('no API: the dumps are loaded, the tail failed', async () => {
    const { run } = await scene();
    const [found] = (await run({ restUrl: 'http://127.0.0.1:9' })).partitions;
    expect(found!.failures.map(({ from, to }) => [from, to])).toEqual([[Date.UTC(2020, 5), NOW]]);
    expect(found!.fetched).toBe(5);
  });

  it('stopped from outside: its reason, a failed run, and the next one ends it', async () => {
    const { warehouse, run } = await scene({ pieces: 20 });
    const stop = new AbortController();
    const work = run({
      signal: stop.signal,
      onProgress: ({ done }) => done > 0 && stop.abort(new Error('stopped')),
    });
    await expect(work).rejects.toThrow('stopped');
    expect((await warehouse.runs(1))[0]).toMatchObject({
      kind: 'download',
      status: 'FAILED',
      detail: 'stopped',
    });
    expect((await warehouse.partitions())[0]!.rows).toBeLessThan(rowsWithin(AAA, FROM, NOW).length);
    await run();
    expect(await checksumLines(warehouse)).toEqual(await direct(AAA, NOW));
  });

  it('what the user got wrong is refused before anything is asked', async () => {
    const { server, run } = await scene();
    await expect(run({ from: NOW, to: FROM })).rejects.toThrow(/^download: --from .* is not before --to/);
    await expect(run({ dumpUrl: 'file:///etc' })).rejects.toThrow(
      "--dump-url 'file:///etc' is not http(s)://HOST",
    );
    await expect(run({ symbols: ['../x'] })).rejects.toThrow("symbol '../x' is not");
    expect(server.seen).toEqual([]);
  });
});

describe('the command', () => {
  const args = (server: ExchangeServer, folder: string): string[] => [
    ...['download', '--symbol', 'AAAUSDT', '--interval', '1h', '--from', String(FROM), '--now', String(NOW)],
    ...['--dump-url', server.url, '--rest-url', server.url, '--cache', join(folder, 'cache')],
    ...['--warehouse', `duckdb:${join(folder, 'cli.duckdb')}`, '--tries', '1', '--retry-wait', '1'],
  ];

  it('ends with 1 and says what failed; the same again ends with 0', async () => {
    const { server, folder } = await scene({ faults: { 'AAAUSDT-1h-2020-03.zip': [{ status: 500 }] } });
    const first = await cli(args(server, folder));
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(/^AAAUSDT 1h: failed: http.*2020-03.zip: HTTP 500/m);
    expect(first.stdout).toMatch(/missing from 2020-03-01 00:00 to 2020-04-01 00:00: failed/);
    expect(first.stderr).toContain('1 piece failed; everything else is loaded');
    const second = await cli(args(server, folder));
    expect([second.code, second.stdout.includes('failed')]).toEqual([0, false]);
  });

  it('Ctrl-C while a server is silent ends it with 130', async () => {
    const { server, folder } = await scene({ faults: { 'AAAUSDT-1h-2020-01.zip': ['slow'] } });
    const child = spawnCli([...args(server, folder), '--parallel', '1'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)));
    while (server.requests('2020-01.zip').length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    const startedAt = performance.now();
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('a symbol that nobody knows, and a cache that is none: one line, exit code 2', async () => {
    const { server, folder } = await scene();
    const unknown = await cli([...args(server, folder), '--symbol', 'AAAUSTD']);
    expect([unknown.code, unknown.stdout, unknown.stderr.match(/download:/g)?.length]).toEqual([2, '', 1]);
    expect(unknown.stderr).toContain("klinemill: download: the exchange does not know 'AAAUSTD'");
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const cache of [file, join(file, 'below')]) {
      const before = server.seen.length;
      const refused = await cli([...args(server, folder), '--cache', cache]);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain(`download: --cache '${cache}' cannot be used: it is no folder`);
      expect(server.seen.length).toBe(before);
    }
    // What only shows when a dump is written.
    mkdirSync(join(folder, 'half'));
    writeFileSync(join(folder, 'half/data'), '');
    const late = await cli([...args(server, folder), '--cache', join(folder, 'half')]);
    expect(late.code).toBe(2);
    expect(late.stderr).toMatch(
      /--cache '.*half' cannot be used: it is no folder, or lies in what is none \(/,
    );
  });

  it('no network: a line, not one a dump, and soon', async () => {
    const { folder } = await scene();
    const nobody = { url: 'http://127.0.0.1:9' } as ExchangeServer;
    const wanted = args(nobody, folder).filter(
      (arg, i, all) =>
        !/^--(tries|retry-wait)$/.test(arg) && !/^--(tries|retry-wait)$/.test(all[i - 1] ?? ''),
    );
    const startedAt = performance.now();
    const { code, stdout } = await cli([...wanted, '--symbol', 'BBBUSDT', '--from', '2018-01-01']);
    expect(code).toBe(1);
    expect(stdout.match(/cannot be reached/g)).toHaveLength(1);
    expect(stdout).toMatch(
      /^AAAUSDT 1h and 1 more series: failed: \d+ pieces, http.* first: 127\.0\.0\.1:9 cannot be reached: no answer \(.*\) \(2 tries\)$/m,
    );
    expect(performance.now() - startedAt).toBeLessThan(8000);
  });
});
