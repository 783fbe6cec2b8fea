import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatStrategy } from '../engine/index.js';
import type { StrategyDocument } from '../warehouse/index.js';
import { startApi, type TestApi, TOKEN } from './support/api.case.js';
import { temporaryFolder } from './support/cli.js';

// A request that comes a third time is answered before routing: what goes over the wire must be what the routes say, and
// whatever differs in it must reach them. The second answer (routed, from the cache) is the reference.

const folder = temporaryFolder();
const PATH = '/v1/predictions?limit=20';
let api: TestApi;

beforeAll(async () => {
  api = await startApi(folder.path, 'ready', { limits: { generationMs: 600_000 } });
});

afterAll(async () => {
  await api.close();
  folder.dispose();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** As sent, byte by byte: `fetch` unpacks, and adds headers of its own. */
function send(
  path: string,
  { method = 'GET', ...headers }: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    request({ hostname, port, path, method, headers }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => {
        const { date: _, ...rest } = answer.headers;
        resolve({
          status: answer.statusCode!,
          headers: rest,
          body: Buffer.concat(pieces).toString('latin1'),
        });
      });
      answer.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}

/** Requests by route, and answers by what the cache did, as /metrics counts them. */
async function counts(): Promise<Record<'routed' | 'hit', number>> {
  const { body } = await send('/metrics');
  const of = (sample: string): number =>
    Number(
      body
        .split('\n')
        .find((line) => line.startsWith(`${sample} `))
        ?.split(' ')
        .at(-1) ?? 0,
    );
  return {
    routed: of('klinemill_http_requests_total{route="/v1/predictions",method="GET",status="200"}'),
    hit: of('klinemill_http_cache_total{outcome="hit"}'),
  };
}

it.each<Record<string, string>>([
  {},
  { Accept: 'text/csv' },
  { Accept: 'application/vnd.apache.arrow.stream', 'Accept-Encoding': 'gzip' },
  { 'Accept-Encoding': 'gzip' },
])('the third answer is the second one, bytes and headers, and is counted: %o', async (headers) => {
  await send(PATH, headers);
  const routed = await send(PATH, headers);
  const before = await counts();
  const ready = await send(PATH, headers);
  const after = await counts();
  expect(routed.status).toBe(200);
  expect(routed.headers['content-security-policy']).toContain("default-src 'none'");
  expect(ready).toEqual(routed);
  expect(after).toEqual({ routed: before.routed + 1, hit: before.hit + 1 });
});

it('what differs from the request that was remembered reaches the routes', async () => {
  for (let i = 0; i < 3; i++) await send(PATH);
  const { headers, body } = await send(PATH);
  const tag = String(headers.etag);
  expect(await send(PATH, { 'If-None-Match': tag })).toMatchObject({
    status: 304,
    body: '',
    headers: { etag: tag },
  });
  expect(await send(PATH, { 'If-None-Match': '"another"' })).toMatchObject({ status: 200, body });
  expect(await send(PATH, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  expect(await send(PATH, { method: 'DELETE' })).toMatchObject({ status: 405 });
  expect(await send(PATH, { Accept: 'image/png' })).toMatchObject({ status: 406 });
  expect(await send(`${PATH}&limit=21`)).toMatchObject({ status: 400 });
  // The URL may name this server while the Host does not.
  expect(await send(`${api.url}${PATH}`, { Host: new URL(api.url).host })).toMatchObject({ status: 200 });
  expect(await send(`${api.url}${PATH}`, { Host: 'evil.example' })).toMatchObject({ status: 403 });
});

it('is of the data as it stands once the ledger was read again', async () => {
  for (let i = 0; i < 3; i++) await send(PATH);
  const before = await send(PATH);
  // A write through the server reads the ledger.
  const { document } = JSON.parse((await send('/v1/strategies/trend-momentum')).body) as {
    document: StrategyDocument;
  };
  const response = await fetch(`${api.url}/v1/strategies`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/yaml' },
    body: formatStrategy({ ...document, strategy: 'copy' }),
  });
  expect(response.status, await response.text()).toBe(200);
  const after = await send(PATH);
  expect(after.headers.etag).not.toBe(before.headers.etag);
  expect(after.body).toBe(before.body);
});
