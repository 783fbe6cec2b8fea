import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../server/api/contract.js';
import { startApi, type TestApi, TOKEN } from './support/api.case.js';
import { temporaryFolder } from './support/cli.js';

// What nobody should send, by fetch and over a raw socket: no 5xx, no stack trace, no path of this machine in an answer.

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const folder = temporaryFolder();
let api: TestApi;

beforeAll(async () => {
  api = await startApi(folder.path, 'hostile', { limits: { bodyBytes: 64 * 1024 } });
});

afterAll(async () => {
  await api.close();
  folder.dispose();
});

const TELLTALE = /node_modules|\.ts:\d|\.js:\d|\n\s+at |\/tmp\/|\/work\/|\/home\/|duckdb:|SELECT /i;

async function check(what: string, response: Response, allowed: readonly number[]): Promise<void> {
  const text = await response.text();
  expect(allowed, `${what}: ${response.status} ${text.slice(0, 300)}`).toContain(response.status);
  // `instance` is the path that was asked for.
  expect(text.replace(/"instance":"(\\.|[^"\\])*"/, ''), what).not.toMatch(TELLTALE);
  if (response.status < 400) return;
  expect(response.headers.get('content-type'), what).toBe('application/problem+json');
  const { type, status } = JSON.parse(text) as { type: string; status: number };
  expect(type).toMatch(/^urn:klinemill:problem:[a-z-]+$/);
  expect(status).toBe(response.status);
}

const VALUES = [
  "' OR 1=1 --",
  "'; DROP TABLE fact_kline; --",
  '") UNION SELECT * FROM dim_strategy --',
  '$after_a',
  '%00',
  '%ff%fe',
  '../../../../etc/passwd',
  '-1',
  '1e309',
  'NaN',
  '0x10',
  '',
  '[]',
  '__proto__',
  'a'.repeat(6000),
  '💥',
];

/** Path of the contract with something in its places that its parameters allow. */
const filled = (path: string): string =>
  path
    .replace('{strategy}', 'trend-momentum')
    .replace('{prediction_id}', 'x')
    .replace('{run_id}', '1')
    .replace('{job_id}', '1')
    .replace('{asset}', 'start.js');

const reading = ROUTES.filter(
  ({ method, path }) => method === 'get' && path.startsWith('/v1/') && path !== '/v1/events',
);

describe('every parameter of every route', () => {
  for (const route of reading) {
    const { query, params } = route.request as {
      query: { shape: Record<string, unknown> };
      params?: { shape: Record<string, unknown> };
    };
    it(route.path, async () => {
      for (const name of Object.keys(query.shape))
        for (const value of VALUES) {
          const text = value.startsWith('%') ? value : encodeURIComponent(value);
          const path = `${filled(route.path)}?${name}=${text}`;
          await check(path.slice(0, 200), await api.get(path), [200, 400, 404, 431]);
        }
      for (const name of Object.keys(params?.shape ?? {}))
        for (const value of VALUES.filter((value) => value !== '')) {
          const text = value.startsWith('%') ? value : encodeURIComponent(value);
          const path = filled(route.path.replace(`{${name}}`, text));
          await check(path.slice(0, 200), await api.get(path), [400, 404, 431]);
        }
      const twice = `${filled(route.path)}?limit=1&limit=2&symbol=A&symbol=B`;
      await check(twice, await api.get(twice), [400]);
      const unknown = `${filled(route.path)}?nobody=knows`;
      await check(unknown, await api.get(unknown), [400]);
      await check('Accept', await api.get(filled(route.path), { Accept: 'image/png' }), [400, 404, 406, 200]);
    });
  }
});

it('300 made-up requests: paths, parameters and headers of anything', async () => {
  const names = [
    ...new Set(
      reading.flatMap(({ request }) => Object.keys((request as { query: { shape: object } }).query.shape)),
    ),
  ];
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(...VALUES),
    fc.integer().map(String),
    fc.double().map(String),
    fc.json({ maxDepth: 3 }),
  );
  const query = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), anything), anything), { maxLength: 5 });
  const path = fc.oneof(
    fc.constantFrom(...reading.map((route) => filled(route.path))),
    fc.array(anything, { minLength: 1, maxLength: 4 }).map((parts) => `/v1/${parts.map(escaped).join('/')}`),
  );
  const made = fc.tuple(
    path,
    query,
    fc.constantFrom(undefined, 'text/csv', '*/*;q=0', ',;,', 'application/json'),
  );
  await fc.assert(
    fc.asyncProperty(made, async ([target, pairs, accept]) => {
      const text = pairs.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&');
      const response = await api.get(`${target}?${text}`, accept === undefined ? {} : { Accept: accept });
      await check(`${target}?${text}`.slice(0, 300), response, [200, 400, 403, 404, 405, 406, 414, 431]);
    }),
    { numRuns: 300, seed: 7 },
  );
});

/** As a URL has it; halves of surrogate pairs are no text. */
const escaped = (text: string): string =>
  text.startsWith('%') ? text : encodeURIComponent(Buffer.from(text).toString());

describe('cursors', () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const cursor of [
    'AAAA',
    encode({}),
    encode([]),
    encode(['predicting_at']),
    encode(['-predicting_at', 1, 1, 1, 1]),
    encode(['predicting_at', {}, 1, 1, 1]),
    encode(['predicting_at', null, 1, 1, 1]),
    encode(['predicting_at', "1' OR 1=1", 1, 1, 1]),
    encode(['predicting_at', 1, 2, 3, 4, 5]),
    'x'.repeat(2000),
  ])
    it(cursor.slice(0, 40), async () => {
      await check(cursor, await api.get(`/v1/predictions?cursor=${cursor}`), [400]);
    });
});

describe('bodies and tokens', () => {
  const bearer = { Authorization: `Bearer ${TOKEN}` };
  const json = { 'Content-Type': 'application/json' };
  const deep = `${'{"symbol":'.repeat(5000)}1${'}'.repeat(5000)}`;
  const cases: [string, string, Record<string, string>, string, number[]][] = [
    ['no token', '/v1/jobs/recompute', json, '{}', [401]],
    [
      'a long token',
      '/v1/jobs/recompute',
      { ...json, Authorization: `Bearer ${'x'.repeat(5000)}` },
      '{}',
      [401],
    ],
    [
      '10 MB',
      '/v1/strategies',
      { ...bearer, 'Content-Type': 'application/yaml' },
      'x'.repeat(10_000_000),
      [413],
    ],
    ['10 MB without a token', '/v1/strategies', {}, 'x'.repeat(10_000_000), [401, 413]],
    ['deep JSON', '/v1/jobs/recompute', { ...bearer, ...json }, deep, [400, 413]],
    ['no JSON', '/v1/jobs/recompute', { ...bearer, ...json }, '{', [400]],
    ['a number', '/v1/jobs/recompute', { ...bearer, ...json }, '7', [400]],
    ['unknown keys', '/v1/jobs/recompute', { ...bearer, ...json }, '{"__proto__":1,"x":2}', [400]],
    ['another type', '/v1/jobs/recompute', { ...bearer, 'Content-Type': 'text/plain' }, '{}', [415]],
    ['SQL for a symbol', '/v1/jobs/recompute', { ...bearer, ...json }, `{"symbol":"' OR 1=1"}`, [404]],
    ['a huge fraction', '/v1/jobs/mine', { ...bearer, ...json }, '{"min_support":1e300}', [400]],
    ['a YAML bomb', '/v1/strategies', { ...bearer, 'Content-Type': 'application/yaml' }, bomb(), [400, 422]],
    [
      'a YAML tag',
      '/v1/strategies',
      { ...bearer, 'Content-Type': 'application/yaml' },
      '!!js/function x',
      [400, 422],
    ],
    ['no YAML', '/v1/strategies', { ...bearer, 'Content-Type': 'application/yaml' }, '{{{', [400, 422]],
    ['an empty body', '/v1/strategies', { ...bearer, 'Content-Type': 'application/yaml' }, '', [400, 422]],
  ];
  for (const [what, path, headers, body, allowed] of cases)
    it(what, async () => {
      // The server may answer and close before a large body is through.
      const response = await fetch(`${api.url}${path}`, { method: 'POST', headers, body }).catch(() => null);
      if (response !== null) await check(what, response, allowed);
    });
});

function bomb(): string {
  const lines = ['a: &a [x,x,x,x,x,x,x,x,x]'];
  for (let i = 0; i < 8; i++) {
    const [from, to] = [String.fromCharCode(97 + i), String.fromCharCode(98 + i)];
    lines.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(',')}]`);
  }
  return lines.join('\n');
}

describe('raw bytes', () => {
  const host = 'Host: 127.0.0.1';
  const cases: readonly [string, string][] = [
    ['no request', 'hello\r\n\r\n'],
    ['a bad escape', `GET /v1/klines?symbol=%zz HTTP/1.1\r\n${host}\r\n\r\n`],
    ['a bad escape in the path', `GET /v1/strategies/%E0%A4%A HTTP/1.1\r\n${host}\r\n\r\n`],
    ['NUL in the path', `GET /v1/strategies/%00 HTTP/1.1\r\n${host}\r\n\r\n`],
    ['a way up', `GET /../../../../etc/passwd HTTP/1.1\r\n${host}\r\n\r\n`],
    ['an encoded way up', `GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n${host}\r\n\r\n`],
    ['a way up in docs', `GET /docs/..%2fpackage.json HTTP/1.1\r\n${host}\r\n\r\n`],
    ['backslashes', `GET /docs/..\\..\\package.json HTTP/1.1\r\n${host}\r\n\r\n`],
    ['two slashes', `GET //evil.example/v1/symbols HTTP/1.1\r\n${host}\r\n\r\n`],
    ['an absolute target', `GET http://evil.example/v1/symbols HTTP/1.1\r\n${host}\r\n\r\n`],
    ['no Host', 'GET /v1/symbols HTTP/1.1\r\n\r\n'],
    ['two Hosts', `GET /v1/symbols HTTP/1.1\r\n${host}\r\nHost: evil\r\n\r\n`],
    ['a Host that is no host', 'GET /v1/symbols HTTP/1.1\r\nHost: a b@c\r\n\r\n'],
    [
      'CL and TE',
      `POST /v1/strategies HTTP/1.1\r\n${host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'two lengths',
      `POST /v1/strategies HTTP/1.1\r\n${host}\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd`,
    ],
    ['a negative length', `POST /v1/strategies HTTP/1.1\r\n${host}\r\nContent-Length: -1\r\n\r\n`],
    ['a bad chunk', `POST /v1/strategies HTTP/1.1\r\n${host}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['a head of 40 kB', `GET /v1/symbols HTTP/1.1\r\n${host}\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`],
    ['3,000 headers', `GET /v1/symbols HTTP/1.1\r\n${host}\r\n${'X: y\r\n'.repeat(3000)}\r\n`],
    ['an unknown method', `BREW /v1/symbols HTTP/1.1\r\n${host}\r\n\r\n`],
    ['TRACE', `TRACE /v1/symbols HTTP/1.1\r\n${host}\r\n\r\n`],
    ['CONNECT', `CONNECT evil:80 HTTP/1.1\r\n${host}\r\n\r\n`],
    ['HTTP/9', `GET /v1/symbols HTTP/9.9\r\n${host}\r\n\r\n`],
    ['a split header', `GET /v1/symbols HTTP/1.1\r\n${host}\r\nX: a\r\n\tb\r\n\r\n`],
    ['a NUL in a header', `GET /v1/symbols HTTP/1.1\r\n${host}\r\nX: a\0b\r\n\r\n`],
    ['an upgrade', `GET /v1/events HTTP/1.1\r\n${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`],
  ];
  for (const [what, bytes] of cases)
    it(what, async () => {
      const answer = await raw(bytes);
      if (answer !== '') expect(answer, what).not.toMatch(/^HTTP\/1\.1 5(?!05)/);
      expect(answer, what).not.toMatch(TELLTALE);
      expect(answer, what).not.toContain('root:');
    });
});

/** What comes back within a moment. */
function raw(bytes: string): Promise<string> {
  const { port } = new URL(api.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
    let text = '';
    const timer = setTimeout(() => socket.destroy(), 500);
    socket.on('data', (data) => {
      text += data.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}

it('500 downloads that are broken off leave nothing behind', async () => {
  const path = '/v1/indicator-values?symbol=SYNTHETIC_BTCUSDT&interval=1h&limit=1000000';
  const breakOff = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), i % 20);
      await fetch(`${api.url}${path}`, { headers: { Accept: 'text/csv' }, signal: stop.signal })
        .then((answer) => answer.text())
        .catch(() => null);
    }
  };
  /** Until the server has given back every place: a whole download. */
  const whole = async (): Promise<string> => {
    for (let attempt = 0; attempt < 50; attempt++) {
      const response = await api.get(path, { Accept: 'text/csv' });
      const text = await response.text();
      if (response.status === 200) return text;
      expect(response.status).toBe(429);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('no place was given back');
  };
  // Buffers and connections that are kept for later are there after the first hundred.
  await breakOff(100);
  expect((await whole()).split('\n').length).toBeGreaterThan(50_000);
  const before = held();
  await breakOff(400);
  expect((await whole()).split('\n').length).toBeGreaterThan(50_000);
  const grown = held() - before;
  console.log(`500 aborted downloads: memory grew by ${(grown / 1e6).toFixed(1)} MB`);
  expect(grown).toBeLessThan(10e6);
});

/** Memory that is in use in this process, which is the server's too: what the collector can free is freed first. */
function held(): number {
  for (let i = 0; i < 3; i++) collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

it('the server stands after all this, and wrote of no failure', async () => {
  expect((await api.get('/v1/symbols')).status).toBe(200);
  expect(api.lines).toEqual([]);
});
