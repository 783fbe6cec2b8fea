import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOWNLOAD_OUTPUT } from '../cli/schemas/download.js';
import { loadFiles } from '../engine/index.js';
import { openWarehouse } from '../warehouse/index.js';
import { cli, spawnCli } from './cli-process.js';
import { ExchangeServer, type Fault, rowsWithin, type Seen } from './exchange-server.js';
import { temporaryFolder } from './support/cli.js';
import { makeSeries, writeSeries } from './support/exchange-market.js';
import { random } from './support/market.js';
import { checksumLines, newWarehouse } from './support/warehouse.js';

// Fourteen months and a tail of three symbols in two intervals, by download from a server on this machine that does
// everything wrong that an exchange can: the same facts as loading the bars from plain files, also when the command is
// killed on the way.

const FROM = Date.UTC(2020, 0, 1);
const NOW = Date.UTC(2021, 2, 10, 5, 30);
/** End of the last bars that have closed by then. */
const CLOSED: Readonly<Record<string, number>> = {
  '1h': Date.UTC(2021, 2, 10, 5),
  '2h': Date.UTC(2021, 2, 10, 4),
};
const LISTED = Date.UTC(2020, 2, 14, 6);
const PARTITIONS = ['AAAUSDT', 'BBBUSDT', 'CCCUSDT'].flatMap((symbol, s) =>
  ['1h', '2h'].map((interval, i) =>
    makeSeries({
      symbol,
      interval,
      seed: 300 + 2 * s + i,
      // The second one is listed in the middle of a month.
      ...(s === 1 ? { listedAt: LISTED } : {}),
      // Bars that are open now, and later ones, are there: a client must not take them.
      until: NOW + 86_400_000,
    }),
  ),
);
const ABSENT = [
  // February is not published as a month yet; one month and one of its days never were.
  ...PARTITIONS.map(({ symbol, interval }) => `${symbol}-${interval}-2021-02.zip`),
  'CCCUSDT-1h-2020-05.zip',
  'CCCUSDT-1h-2020-05-17.zip',
];
const FAULTS: Readonly<Record<string, readonly Fault[]>> = {
  'AAAUSDT-1h-2020-01.zip': ['wrong-bytes'],
  'AAAUSDT-1h-2020-02.zip': ['truncated'],
  'AAAUSDT-1h-2020-03.zip': ['reset', 'reset'],
  'AAAUSDT-1h-2020-04.zip': ['slow'],
  'AAAUSDT-1h-2020-05.zip': ['short', 'truncated', 'wrong-bytes'],
  'AAAUSDT-2h-2020-01.zip': [{ status: 429, retryAfter: 1 }],
  'AAAUSDT-2h-2020-02.zip': [{ status: 418, retryAfter: 1 }],
  'AAAUSDT-2h-2020-03.zip.CHECKSUM': [{ status: 503 }, 'reset', 'short'],
  'BBBUSDT-1h-2020-06.zip.CHECKSUM': [{ status: 429, retryAfter: 1 }, 'slow'],
  'CCCUSDT-1h-2020-05-20.zip': ['truncated', 'short'],
  'CCCUSDT-2h-2021-02-11.zip': ['reset'],
  klines: [
    { status: 429, retryAfter: 1 },
    'truncated',
    { status: 418, retryAfter: 1 },
    'reset',
    { status: 500 },
  ],
};

const folder = temporaryFolder();
const servers: ExchangeServer[] = [];
let truth: string[] = [];

async function newServer(options: { faults?: typeof FAULTS; pieces?: number } = {}): Promise<ExchangeServer> {
  const server = await ExchangeServer.start({
    partitions: PARTITIONS,
    now: NOW,
    absent: ABSENT,
    ...options,
  });
  servers.push(server);
  return server;
}

const url = (name: string): string => `duckdb:${join(folder.path, `${name}.duckdb`)}`;
const cache = (name: string): string => join(folder.path, `${name}-cache`);

const command = (name: string, server: ExchangeServer): string[] => [
  'download',
  ...['--symbol', 'AAAUSDT,BBBUSDT', 'CCCUSDT', '--interval', '1h,2h'],
  ...['--from', String(FROM), '--now', String(NOW)],
  ...['--dump-url', server.url, '--rest-url', server.url, '--cache', cache(name)],
  ...['--retry-wait', '20', '--timeout', '1000', '--warehouse', url(name), '--json'],
];

async function checksums(name: string): Promise<string[]> {
  const warehouse = await openWarehouse(url(name), { readOnly: true });
  try {
    return await checksumLines(warehouse);
  } finally {
    await warehouse.close();
  }
}

/** Dumps that lie whole in the cache, be it still without their name (`NAME.HASH.part`). */
function cached(name: string): string[] {
  if (!existsSync(cache(name))) return [];
  const paths = readdirSync(cache(name), { recursive: true, encoding: 'utf8' });
  return paths.flatMap((path) => {
    const [, dump, hash] = /^(.+\.zip)(?:\.([0-9a-f]{16})\.part)?$/.exec(basename(path)) ?? [];
    if (dump === undefined) return [];
    if (hash === undefined) return [dump];
    const bytes = readFileSync(join(cache(name), path));
    return createHash('sha256').update(bytes).digest('hex').startsWith(hash) ? [dump] : [];
  });
}

const lastPart = (path: string): string => path.split('/').at(-1)!;

beforeAll(async () => {
  const files = PARTITIONS.map((partition) =>
    writeSeries(folder.path, partition, FROM, CLOSED[partition.interval]!),
  );
  const warehouse = await newWarehouse(folder.path, 'direct');
  await loadFiles(warehouse, files, { now: NOW });
  truth = await checksumLines(warehouse);
  await warehouse.close();
  expect(truth).toHaveLength(PARTITIONS.length);
});

afterAll(async () => {
  for (const server of servers) await server.close();
  folder.dispose();
});

describe('from a server with every fault', () => {
  let server: ExchangeServer;
  beforeAll(async () => {
    server = await newServer({ faults: FAULTS });
  });

  it('the facts are those of the files, and what is missing is said with its reason', async () => {
    const { code, stdout, stderr } = await cli(command('faults', server));
    expect([code, stderr.includes('    at ')], stderr).toEqual([0, false]);
    const { partitions } = DOWNLOAD_OUTPUT.parse(JSON.parse(stdout));
    expect(await checksums('faults')).toEqual(truth);
    expect(server.unmet).toEqual([]);
    expect(partitions).toHaveLength(PARTITIONS.length);
    for (const found of partitions) {
      const { symbol, interval } = found;
      const partition = PARTITIONS.find((one) => one.symbol === symbol && one.interval === interval)!;
      const to = CLOSED[interval]!;
      // Slot by slot, from the bars that the exchange has.
      const present = new Set(partition.columns[0]);
      const first = partition.columns[0]![0]!;
      const counts = { not_listed: 0, outage: 0, no_bars: 0, failed: 0 };
      for (let open = FROM; open < to; open += partition.durationMs)
        if (!present.has(open)) counts[open < first ? 'not_listed' : 'outage']++;
      const said = { not_listed: 0, outage: 0, no_bars: 0, failed: 0 };
      for (const { reason, bars } of found.missing) said[reason] += bars;
      expect([symbol, interval, said]).toEqual([symbol, interval, counts]);
      expect(counts.outage).toBeGreaterThan(0);
      expect(counts.not_listed > 0).toBe(symbol === 'BBBUSDT');
      expect([found.from_time, found.to_time, found.failures, found.changed]).toEqual([FROM, to, [], []]);
      const bars = rowsWithin(partition, FROM, to).length;
      expect([found.added, found.duplicates, found.rejected]).toEqual([bars, 0, 0]);
    }
    // Nothing was asked for from the time before the listing; every dump was delivered whole once.
    expect(server.requests('BBBUSDT-1h-2020-01')).toEqual([]);
    const counts = [...server.deliveries].sort();
    expect(counts).toEqual(
      cached('faults')
        .sort()
        .map((dump) => [dump, 1]),
    );
    expect(counts.length).toBeGreaterThan(200);
  });

  it('again: nothing is fetched but checksums and what may have been added', async () => {
    const before = server.seen.length;
    const { code, stdout } = await cli(command('faults', server));
    expect(code).toBe(0);
    const { partitions } = DOWNLOAD_OUTPUT.parse(JSON.parse(stdout));
    expect(partitions.map(({ added, dumps_fetched }) => [added, dumps_fetched])).toEqual(
      PARTITIONS.map(() => [0, 0]),
    );
    const asked = server.seen.slice(before).map(({ path }) => lastPart(path));
    expect(asked.filter((name) => name.endsWith('.zip'))).toEqual([]);
    expect(await checksums('faults')).toEqual(truth);
  });
});

describe('killed on the way', () => {
  const MOMENTS = Number(process.env.KLINEMILL_CRASH_MOMENTS ?? 10);
  /** Requests of an undisturbed run, about: two for each of 260 dumps, and some for what is not there. */
  const REQUESTS = 640;

  it(`at ${MOMENTS} random moments and run again: the same facts, and no whole dump is fetched twice`, async () => {
    const name = 'killed';
    const server = await newServer({ pieces: 4 });
    const next = random(Number(process.env.KLINEMILL_SEED ?? 7));
    let whole = new Set<string>();
    /** Deliveries of which a killed client had no time to keep the last bytes, by dump. */
    const lost = new Map<string, number>();
    const fetchedAgain = (seen: readonly Seen[]): Seen[] =>
      seen.filter(({ path }) => whole.has(lastPart(path)));
    for (let moment = 0; moment < MOMENTS; moment++) {
      const before = server.seen.length;
      const delivered = new Map(server.deliveries);
      const isNew = ({ path }: Seen): boolean => !whole.has(lastPart(path).replace('.CHECKSUM', ''));
      const after = 1 + Math.floor((next() * 1.2 * REQUESTS) / MOMENTS);
      const child = spawnCli(command(name, server), { stdio: 'ignore' });
      const timer = setInterval(() => {
        if (server.seen.slice(before).filter(isNew).length >= after) child.kill('SIGKILL');
      }, 2);
      const signal = await new Promise((resolve) => child.on('close', (_, by) => resolve(by)));
      clearInterval(timer);
      // The server notices a moment later.
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect([moment, signal]).toEqual([moment, 'SIGKILL']);
      expect(fetchedAgain(server.seen.slice(before))).toEqual([]);
      const now = new Set(cached(name));
      expect([...whole].filter((dump) => !now.has(dump))).toEqual([]);
      whole = now;
      for (const [dump, count] of server.deliveries)
        if (!whole.has(dump) && count > (delivered.get(dump) ?? 0)) lost.set(dump, (lost.get(dump) ?? 0) + 1);
    }
    // The kills were not all at its beginning. (Where in a body they fall is chance: resuming by Range has its own case.)
    expect(whole.size).toBeGreaterThan(0);
    const before = server.seen.length;
    const { code, stderr } = await cli(command(name, server));
    expect(code, stderr).toBe(0);
    expect(fetchedAgain(server.seen.slice(before))).toEqual([]);
    expect(await checksums(name)).toEqual(truth);
    const counts = [...server.deliveries].map(([dump, count]) => [dump, count - (lost.get(dump) ?? 0)]);
    expect(counts.sort()).toEqual(
      cached(name)
        .sort()
        .map((dump) => [dump, 1]),
    );
  }, 300_000);
});
