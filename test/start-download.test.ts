import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { START_OUTPUT } from '../cli/schemas/start.js';
import { cli, spawnCli } from './cli-process.js';
import { ExchangeServer, rowsWithin } from './exchange-server.js';
import { temporaryFolder } from './support/cli.js';
import { makeSeries } from './support/exchange-market.js';

// `npm start` with nothing loaded and a network: recent months by download. The server's clock is the real one.

const now = Date.now();
const month = (before: number): number =>
  Date.UTC(new Date(now).getUTCFullYear(), new Date(now).getUTCMonth() - before);
const SERIES = ['BTCUSDT', 'ETHUSDT'].flatMap((symbol, s) =>
  ['1h', '2h'].map((interval, i) =>
    makeSeries({ symbol, interval, seed: 70 + 2 * s + i, listedAt: month(4), until: now + 86_400_000 }),
  ),
);

const folder = temporaryFolder();
const ends: (() => unknown)[] = [() => folder.dispose()];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

async function newServer(pieces = 1): Promise<ExchangeServer> {
  const server = await ExchangeServer.start({ partitions: SERIES, now, pieces });
  ends.push(() => server.close());
  return server;
}

function newFolder(name: string): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  return path;
}

const env = (url: string) => ({ KLINEMILL_DUMP_URL: url, KLINEMILL_REST_URL: url });

async function start(cwd: string, url: string) {
  const { code, stdout, stderr } = await cli(['start', '--json'], { cwd, env: env(url) });
  expect([code, stderr.includes('    at ')], stderr).toEqual([0, false]);
  return { ...START_OUTPUT.parse(JSON.parse(stdout)), stderr };
}

describe('with a network', () => {
  it('the last three months of two symbols are downloaded, computed and reported, and nothing made up', async () => {
    const server = await newServer();
    const cwd = newFolder('fresh');
    const { source, loaded, report } = await start(cwd, server.url);
    expect(source).toBe('download');
    for (const partition of SERIES) {
      const added = loaded
        .filter(({ symbol, interval }) => symbol === partition.symbol && interval === partition.interval)
        .reduce((sum, file) => sum + file.added, 0);
      // An hour may have passed between the making of this list and the download.
      const bars = rowsWithin(partition, month(3), now - partition.durationMs + 1).length;
      expect([bars, bars + 1]).toContain(added);
    }
    expect(new Set(report.map(({ symbol }) => symbol))).toEqual(new Set(['BTCUSDT', 'ETHUSDT']));
    const seen = server.seen.length;
    expect((await start(cwd, server.url)).source).toBe('warehouse');
    expect(server.seen.length).toBe(seen);
  });

  it('stopped in the middle, the next start goes on with it', async () => {
    const server = await newServer(10);
    const cwd = newFolder('stopped');
    const child = spawnCli(['start'], { cwd, env: env(server.url), stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)));
    // Something is loaded by then, but not all.
    while (server.seen.length < 24) await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    const { source, report } = await start(cwd, server.url);
    expect(source).toBe('download');
    expect(report.length).toBeGreaterThanOrEqual(4);
    expect([...server.deliveries.values()].every((count) => count <= 2)).toBe(true);
  });
});

it('a network that takes connections and is silent: after 10 seconds the made-up market, and it says why', async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  server.on('connection', (socket) => ends.push(() => socket.destroy()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const startedAt = performance.now();
  const { source, stderr } = await start(newFolder('silent'), url);
  expect(source).toBe('synthetic');
  expect(stderr).toMatch(/no download \(127\.0\.0\.1:\d+: (no answer in|nothing came for) 10 s\).*SYNTHETIC/);
  expect(performance.now() - startedAt).toBeGreaterThan(9_000);
  expect(performance.now() - startedAt).toBeLessThan(90_000);
});
