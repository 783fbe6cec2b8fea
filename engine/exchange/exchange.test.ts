import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ExchangeOptions, ExchangeServer, type Fault } from '../../test/exchange-server.js';
import { temporaryFolder } from '../../test/support/cli.js';
import { makeSeries } from '../../test/support/exchange-market.js';
import { zipOf } from '../../test/support/zip.js';
import { DumpCache } from './dump-cache.js';
import { HttpClient } from './http.js';
import { Slots, WeightBudget } from './limits.js';
import { dumpOf, instrumentOf } from './market.js';
import { whyUnreachable } from './reach.js';
import { RequestError } from './request-error.js';
import { RestKlines } from './rest.js';

// Against real sockets on this machine; what is expected is what was sent, counted by the server.

const NOW = Date.UTC(2020, 4, 1);
const SERIES = makeSeries({ symbol: 'AAAUSDT', interval: '1h', seed: 5, until: NOW });
const AAA = instrumentOf('spot', 'AAAUSDT');
const MARCH = dumpOf(AAA, '1h', 'monthly', Date.UTC(2020, 2));
const NAME = MARCH.fileName;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function exchange(options: Partial<ExchangeOptions> = {}): Promise<ExchangeServer> {
  const server = await ExchangeServer.start({ partitions: [SERIES], now: NOW, ...options });
  ends.push(() => server.close());
  return server;
}

/** A server of one's own. */
async function plain(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function newFolder(): string {
  const folder = temporaryFolder();
  ends.push(() => folder.dispose());
  return folder.path;
}

function client(tries = 3, silenceMs = 300): HttpClient {
  return new HttpClient({ parallel: 4, tries, retryWaitMs: 1, silenceMs }, new AbortController().signal);
}

const cacheAt = (url: string, folder = newFolder(), refetch = false): DumpCache =>
  new DumpCache(client(), folder, url, refetch);
const failing = (work: Promise<unknown>): Promise<RequestError> =>
  work.then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(RequestError);
      return error as RequestError;
    },
  );

describe('a dump', () => {
  it.each<Fault>(['truncated', 'reset', 'slow'])(
    'that breaks off (%s) is continued, not begun again',
    async (fault) => {
      const server = await exchange({ faults: { [NAME]: [fault] } });
      const { file, fetchedBytes, sha256 } = await cacheAt(server.url).get(MARCH);
      const [first, second, ...more] = server.requests(`${NAME}`).filter(({ path }) => path.endsWith('.zip'));
      const size = readFileSync(file).length;
      expect(more).toEqual([]);
      expect([first!.range, second!.status]).toEqual([null, 206]);
      // What the client had in hand when the connection broke may lack some last bytes of what was sent.
      expect(second!.range).toBe(`bytes=${size - second!.bytes}-`);
      expect(second!.bytes).toBeLessThan(size);
      expect(fetchedBytes).toBe(size);
      expect(readFileSync(`${file}.CHECKSUM`, 'utf8')).toBe(`${sha256}  ${NAME}\n`);
      expect(readdirSync(dirname(file)).sort()).toEqual([NAME, `${NAME}.CHECKSUM`]);
    },
  );

  it('is begun again where the server does not know ranges', async () => {
    const server = await exchange({ faults: { [NAME]: ['truncated'] }, ignoresRange: true });
    await cacheAt(server.url).get(MARCH);
    expect(server.deliveries.get(NAME)).toBe(1);
    expect(server.requests(NAME).at(-1)).toMatchObject({ status: 200 });
  });

  it('that is on the disk is not fetched; a damaged one is', async () => {
    const server = await exchange();
    const folder = newFolder();
    const { file } = await cacheAt(server.url, folder).get(MARCH);
    expect((await cacheAt(server.url, folder).get(MARCH)).fetchedBytes).toBe(0);
    expect(server.deliveries.get(NAME)).toBe(1);
    const bytes = readFileSync(file);
    bytes[100]! ^= 1;
    writeFileSync(file, bytes);
    expect((await cacheAt(server.url, folder).get(MARCH)).fetchedBytes).toBe(bytes.length);
    expect(server.deliveries.get(NAME)).toBe(2);
  });

  it('whose whole part a killed run left behind only gets its name', async () => {
    const server = await exchange();
    const folder = newFolder();
    const { file, sha256 } = await cacheAt(server.url).get(MARCH);
    const part = join(folder, `${MARCH.path}.${sha256.slice(0, 16)}.part`);
    mkdirSync(dirname(part), { recursive: true });
    writeFileSync(part, readFileSync(file));
    expect((await cacheAt(server.url, folder).get(MARCH)).fetchedBytes).toBe(0);
    expect(server.seen.filter(({ path }) => path.endsWith('.zip'))).toHaveLength(1);
    expect(existsSync(part)).toBe(false);
  });

  it('that changed since it was cached is reported, and fetched again only when asked for', async () => {
    const server = await exchange();
    const folder = newFolder();
    const old = await cacheAt(server.url, folder).get(MARCH);
    server.replace(NAME, zipOf([{ name: 'other.csv', data: 'other bytes' }]));
    const kept = await cacheAt(server.url, folder).get(MARCH);
    expect([kept.sha256, kept.changedFrom]).toEqual([old.sha256, old.sha256]);
    expect(kept.publishedSha256).not.toBe(old.sha256);
    const replaced = await cacheAt(server.url, folder, true).get(MARCH);
    expect([replaced.sha256, replaced.changedFrom]).toEqual([kept.publishedSha256, old.sha256]);
    expect((await cacheAt(server.url, folder).get(MARCH)).changedFrom).toBeNull();
  });

  it('is taken from the disk when nobody can be asked about it', async () => {
    const server = await exchange();
    const folder = newFolder();
    const { file } = await cacheAt(server.url, folder).get(MARCH);
    const nobody = await plain((_, response) => response.destroy());
    expect(await cacheAt(nobody, folder).get(MARCH)).toMatchObject({
      file,
      fetchedBytes: 0,
      changedFrom: null,
    });
    expect((await failing(cacheAt(nobody).get(MARCH))).message).toContain('2 tries');
  });

  it('that never has its published hash is given up, and nothing is left under its name', async () => {
    const server = await exchange({
      faults: { [NAME]: ['wrong-bytes', 'wrong-bytes', 'wrong-bytes', 'wrong-bytes'] },
    });
    const folder = newFolder();
    expect((await failing(cacheAt(server.url, folder).get(MARCH))).message).toContain(
      'hash of its CHECKSUM (3 tries)',
    );
    expect(readdirSync(dirname(join(folder, MARCH.path)))).toEqual([]);
  });

  it('that does not exist is asked for once', async () => {
    const server = await exchange({ absent: [NAME] });
    expect((await failing(cacheAt(server.url).get(MARCH))).status).toBe(404);
    expect(server.seen).toHaveLength(1);
  });
});

describe('requests', () => {
  it('wait as long as the server says, all of them', async () => {
    const times: number[] = [];
    const url = await plain((_, response) => {
      times.push(performance.now());
      if (times.length === 1) response.writeHead(429, { 'retry-after': '1' }).end();
      else response.end('yes');
    });
    const http = client();
    const first = http.get(url, async ({ status }) => status);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = http.get(url, async ({ status }) => status);
    expect(await Promise.all([first, second])).toEqual([200, 200]);
    expect(times[1]! - times[0]!).toBeGreaterThan(950);
    expect(times[2]! - times[0]!).toBeGreaterThan(950);
  });

  it('do not wait for the end of a ban of days', async () => {
    let asked = 0;
    const url = await plain((_, response) => {
      asked++;
      response.writeHead(418, { 'retry-after': '259200' }).end();
    });
    const http = client();
    const error = await failing(http.get(url, async () => {}));
    const second = await failing(http.get(url, async () => {}));
    // Asking on makes a ban longer.
    expect([error.status, second.message, asked]).toEqual([418, error.message, 1]);
    expect(error.message).toContain('259200 s of patience');
  });

  it('are not repeated to a host that is not there, hundreds of times', async () => {
    let asked = 0;
    const url = await plain((request) => {
      asked++;
      request.socket.resetAndDestroy();
    });
    const http = client(2);
    // As a download does it: a few dumps at a time.
    const slots = new Slots(4);
    const work = Array.from({ length: 200 }, () => slots.use(() => failing(http.get(url, async () => {}))));
    const errors = await Promise.all(work);
    expect(asked).toBeLessThan(9);
    expect(new Set(errors.map(({ message }) => message))).toEqual(new Set([errors[0]!.message]));
    expect(errors[0]!.message).toMatch(/^127\.0\.0\.1:\d+ cannot be reached: no answer \(.*\) \(2 tries\)$/);
  });

  it('are not repeated for ever to a host that is gone', async () => {
    let asked = 0;
    const url = await plain((request, response) => {
      if (asked++ === 0) response.end('here');
      else request.socket.resetAndDestroy();
    });
    const http = client(3);
    await http.get(url, async () => {});
    const slots = new Slots(4);
    const work = Array.from({ length: 200 }, () => slots.use(() => failing(http.get(url, async () => {}))));
    const errors = await Promise.all(work);
    expect(asked).toBeLessThan(25);
    expect(errors.at(-1)!.message).toContain('could not be reached again and again');
  });

  it('give up on silence and say so; other errors of the server too', async () => {
    const silent = await plain(() => {});
    expect((await failing(client(2, 50).get(silent, async () => {}))).message).toBe(
      'nothing came for 0.05 s (2 tries)',
    );
    const broken = await plain((_, response) => response.writeHead(500).end('<h1>no\nluck</h1>'));
    expect((await failing(client(2).get(broken, async () => {}))).message).toBe(
      'HTTP 500: no luck (2 tries)',
    );
  });

  it('end at once when the signal is aborted, with its reason', async () => {
    const url = await plain(() => {});
    const stop = new AbortController();
    const http = new HttpClient({ parallel: 1, tries: 3, retryWaitMs: 1, silenceMs: 60_000 }, stop.signal);
    const work = [http.get(url, async () => {}), http.get(url, async () => {})];
    setTimeout(() => stop.abort(new Error('enough')), 50);
    for (const one of work) await expect(one).rejects.toThrow('enough');
  });
});

describe('the API', () => {
  const HOUR = 3_600_000;
  const rest = (url: string): RestKlines =>
    new RestKlines(client(), new WeightBudget(6000, async () => {}), url);
  const row = (openTime: number, ...change: [number, unknown][]): unknown[] => {
    const fields: unknown[] = [
      openTime,
      '1.0',
      '2.0',
      '0.5',
      '1.50',
      '10',
      openTime + HOUR - 1,
      '15',
      3,
      '5',
      '7',
      '0',
    ];
    for (const [i, value] of change) fields[i] = value;
    return fields;
  };
  const answering = (rows: unknown, date?: string): Promise<string> =>
    plain((_, response) => {
      if (date !== undefined) response.setHeader('date', date);
      response.end(JSON.stringify(rows));
    });

  it('an open bar is left out, by our clock or by the server’s, whichever is behind', async () => {
    const range = { from: 0, to: 10 * HOUR };
    const rows = [row(0), row(HOUR), row(2 * HOUR)];
    const ours = await rest(await answering(rows)).page(AAA, '1h', range, 2.5 * HOUR);
    expect(ours.rows).toBe(2);
    expect(ours.csv.split('\n')[1]).toBe(`${HOUR},1.0,2.0,0.5,1.50,10,${2 * HOUR - 1},15,3,5,7,0`);
    const date = new Date(1.5 * HOUR).toUTCString();
    expect((await rest(await answering(rows, date)).page(AAA, '1h', range, 9 * HOUR)).rows).toBe(1);
    // What nobody asked for is left out as well.
    expect(
      (await rest(await answering(rows)).page(AAA, '1h', { from: HOUR, to: 2 * HOUR }, 9 * HOUR)).rows,
    ).toBe(1);
  });

  it.each([
    ['no list', { code: 1 }],
    ['a short row', [[1, 2]]],
    ['a line break in a field', [row(0, [4, '1\n2'])]],
    ['a comma in a field', [row(0, [4, '1,2'])]],
  ])('an answer of another form is refused: %s', async (_, rows) => {
    const error = await failing(rest(await answering(rows)).page(AAA, '1h', { from: 0, to: HOUR }, 9 * HOUR));
    expect(error.message).toMatch(/^the answer is no list|^kline 0 of the answer/);
  });

  it('says since when a symbol is listed, or that it does not know it', async () => {
    const server = await exchange({ delisted: ['GONEUSDT'] });
    const first = SERIES.columns[0]![0]!;
    expect(await rest(server.url).listing(AAA, '1h', 0)).toEqual({ kind: 'listed', firstOpenTime: first });
    expect(await rest(server.url).listing(AAA, '1h', NOW)).toEqual({ kind: 'unsaid' });
    const gone = await rest(server.url).listing(instrumentOf('spot', 'GONEUSDT'), '1h', 0);
    expect(gone).toMatchObject({ kind: 'unknown', error: { status: 400 } });
  });
});

it('reach: a server that has the dump, one that has not, one that is silent, none', async () => {
  const month = Date.UTC(2020, 2);
  const btc = makeSeries({ symbol: 'BTCUSDT', interval: '1h', seed: 6, until: NOW });
  const server = await exchange({ partitions: [btc] });
  expect(await whyUnreachable(server.url, month, 5000)).toBeNull();
  expect(await whyUnreachable((await exchange()).url, month, 5000)).toContain('HTTP 404');
  expect(
    await whyUnreachable(await plain((_, response) => response.end('<html>log in')), month, 5000),
  ).toContain('CHECKSUM');
  const startedAt = performance.now();
  expect(await whyUnreachable(await plain(() => {}), month, 200)).toMatch(
    /^127\.0\.0\.1:\d+: (no answer in|nothing came for) 0.2 s/,
  );
  expect(performance.now() - startedAt).toBeLessThan(5000);
  expect(await whyUnreachable('http://127.0.0.1:9', month, 5000)).toMatch(
    /^127\.0\.0\.1:9 cannot be reached: no answer \(/,
  );
});
