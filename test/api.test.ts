import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { formatStrategy } from '../engine/index.js';
import { openApiDocument, ROUTES } from '../server/api/contract.js';
import type { StrategyDocument } from '../warehouse/index.js';
import { startApi, type TestApi, TOKEN } from './support/api.case.js';
import { temporaryFolder } from './support/cli.js';

// Every route of the contract against a real server on a real DuckDB file. Rows are compared between formats, and with
// what SQL over the same warehouse says.

const ARROW = 'application/vnd.apache.arrow.stream';
const folder = temporaryFolder();
let api: TestApi;
/** A request for every reading route, by its path in the contract. */
let requests: ReadonlyMap<string, string>;

beforeAll(async () => {
  api = await startApi(folder.path, 'api');
  const [result] = (await rows('/v1/results?limit=1')) as {
    prediction_id: string;
    symbol: string;
    interval: string;
  }[];
  const [run] = (await rows('/v1/mining-runs?limit=1')) as { run_id: number }[];
  const series = `symbol=${result!.symbol}&interval=${result!.interval}`;
  const strategy = result!.prediction_id.split(':')[0]!;
  const one = encodeURIComponent(result!.prediction_id);
  await fetch(`${api.url}/v1/jobs/recompute`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    body: '{}',
  });
  requests = new Map(
    ROUTES.filter(
      ({ method, path }) => method === 'get' && path.startsWith('/v1/') && path !== '/v1/events',
    ).map(({ path }) => {
      const filled = path
        .replace('{strategy}', encodeURIComponent(strategy))
        .replace('{prediction_id}', one)
        .replace('{job_id}', '1')
        .replace('{run_id}', path.startsWith('/v1/mining') ? String(run!.run_id) : '3');
      const query =
        path === '/v1/klines' || path === '/v1/indicator-values'
          ? `?${series}`
          : path === '/v1/indicators'
            ? `?${series}&codes=EMA20,RSI14,MACD`
            : path === '/v1/metric-values'
              ? `?${series}&strategy=${strategy}`
              : path.includes('/comparison')
                ? `?first=${strategy}&second=btc-2h`
                : '';
      return [path, filled + query];
    }),
  );
});

afterAll(async () => {
  await api.close();
  folder.dispose();
});

async function rows(path: string): Promise<Record<string, unknown>[]> {
  const response = await api.get(path);
  const text = await response.text();
  expect(response.status, `${path}: ${text.slice(0, 300)}`).toBe(200);
  return (JSON.parse(text) as { data: Record<string, unknown>[] }).data;
}

const isList = (path: string): boolean => {
  const route = ROUTES.find((candidate) => candidate.path === path && candidate.method === 'get')!;
  return JSON.stringify(Object.keys((route.responses[200] as { content: object }).content)).includes('csv');
};

/** RFC 4180, read without the code that wrote it. */
function parseCsv(text: string): string[][] {
  const table: string[][] = [[]];
  let cell = '';
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!;
    if (isQuoted) {
      if (letter !== '"') cell += letter;
      else if (text[i + 1] === '"') cell += text[++i]!;
      else isQuoted = false;
    } else if (letter === '"') isQuoted = true;
    else if (letter === ',' || letter === '\n') {
      table.at(-1)!.push(cell);
      cell = '';
      if (letter === '\n') table.push([]);
    } else cell += letter;
  }
  return table.slice(0, -1);
}

it('every reading route answers 200', async () => {
  expect(requests.size).toBeGreaterThan(35);
  for (const request of requests.values()) {
    const response = await api.get(request);
    expect(response.status, `${request}: ${(await response.text()).slice(0, 200)}`).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  }
});

it('every list says the same in JSON, CSV and Arrow', async () => {
  let filled = 0;
  for (const [path, request] of requests) {
    if (!isList(path)) continue;
    const json = await rows(request);
    const csv = parseCsv(await (await api.get(request, { Accept: 'text/csv' })).text());
    const names = csv[0]!;
    const fromCsv = csv.slice(1);
    expect(fromCsv, path).toHaveLength(json.length);
    const arrowAnswer = await api.get(request, { Accept: ARROW });
    expect(arrowAnswer.headers.get('content-type')).toBe(ARROW);
    const table = tableFromIPC(new Uint8Array(await arrowAnswer.arrayBuffer()));
    expect(
      table.schema.fields.map(({ name }) => name),
      path,
    ).toEqual(names);
    const fromArrow = table.toArray().map((row) => row.toJSON() as Record<string, unknown>);
    expect(fromArrow, path).toEqual(json);
    const asText = json.map((row) => names.map((name) => (row[name] === null ? '' : String(row[name]))));
    expect(fromCsv, path).toEqual(asText);
    if (json.length > 0) filled++;
  }
  // Only changes of decisions (two strategies on other intervals), rejects and gaps may be empty here.
  expect(filled).toBeGreaterThan(22);
});

it('pages follow one another without a gap or a double row, both ways and in every order', async () => {
  for (const [list, sort] of [
    ['/v1/predictions?', 'predicting_at'],
    ['/v1/predictions?', '-market_score'],
    ['/v1/results?', 'pnl_pct'],
    ['/v1/results?', '-confirmed_at'],
    ['/v1/indicator-types?', '-indicator'],
    ['/v1/performance?by=month&', 'group'],
  ]) {
    const base = `${list}sort=${sort}`;
    const total = 700;
    const whole = (await rows(`${base}&limit=${total}`)) as Record<string, unknown>[];
    const found: unknown[] = [];
    let path: string | null = `${base}&limit=97`;
    while (path !== null && found.length < total) {
      const response = await api.get(path);
      const page = (await response.json()) as { data: unknown[]; next_cursor: string | null };
      found.push(...page.data);
      const link: string | null = response.headers.get('link');
      expect(link === null).toBe(page.next_cursor === null);
      path = link === null ? null : /^<([^>]+)>/.exec(link)![1]!;
    }
    expect(found.slice(0, total), base).toEqual(whole);
    const column = sort!.replace('-', '');
    if (list!.startsWith('/v1/pre') || list!.startsWith('/v1/res')) {
      const values = whole.map((row) => row[column] as number);
      const sorted = values.toSorted((a, b) => (sort!.startsWith('-') ? b - a : a - b));
      expect(values).toEqual(sorted);
    }
  }
});

it('predictions and results are those of the tables', async () => {
  const { rows: stored } = await api.warehouse.query(
    `SELECT predicting_at, strategy, symbol, "interval", action, metrics_fired, no_trade_reason, confidence_score
     FROM fact_prediction WHERE strategy = 'trend-momentum' ORDER BY predicting_at, symbol, "interval"`,
  );
  const found = (await rows('/v1/predictions?strategy=trend-momentum&limit=10000')).map((row) => [
    row.predicting_at,
    row.strategy,
    row.symbol,
    row.interval,
    row.action,
    row.metrics_fired,
    row.no_trade_reason,
    row.confidence_score,
  ]);
  const key = (row: readonly unknown[]): string => JSON.stringify(row);
  expect(found.map(key).sort()).toEqual(stored.slice(0, 10000).map(key).sort());
});

it('klines of a range, fields and order', async () => {
  const base = requests.get('/v1/klines')!;
  const [first] = (await rows(`${base}&limit=1`)) as { close_time: number }[];
  const from = first!.close_time + 3_600_000 * 5;
  const found = await rows(
    `${base}&from=${from}&to=${from + 3_600_000 * 3}&fields=close_time,close&sort=-close_time`,
  );
  expect(found.length).toBeGreaterThan(0);
  for (const row of found) {
    expect(Object.keys(row).sort()).toEqual(['close', 'close_time']);
    expect(row.close_time).toBeGreaterThanOrEqual(from);
  }
});

describe('ETag', () => {
  it('is strong, the same for the same answer, and others for other formats and encodings', async () => {
    const path = requests.get('/v1/predictions')!;
    const tags = new Set<string>();
    for (const headers of [
      {},
      { Accept: 'text/csv' },
      { Accept: ARROW },
      { 'Accept-Encoding': 'identity' },
    ]) {
      const first = await api.get(path, headers as Record<string, string>);
      const second = await api.get(path, headers as Record<string, string>);
      const tag = first.headers.get('etag')!;
      expect(tag).toMatch(/^"[\w-]{27}"$/);
      expect(second.headers.get('etag')).toBe(tag);
      expect(await second.text()).toBe(await first.text());
      tags.add(tag);
      const again = await api.get(path, { ...(headers as Record<string, string>), 'If-None-Match': tag });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe('');
      // As a proxy that compresses hands it on (RFC 9110, 13.1.2: If-None-Match compares weakly).
      expect((await api.get(path, { 'If-None-Match': `"x", W/${tag}`, ...headers })).status).toBe(304);
    }
    expect(tags.size).toBe(4);
  });

  it('changes when the data does, and the answer with it', async () => {
    const before = await api.get('/v1/strategies');
    const tag = before.headers.get('etag')!;
    await api.warehouse.setStrategyEnabled('btc-2h', false);
    const after = await api.get('/v1/strategies', { 'If-None-Match': tag });
    expect(after.status).toBe(200);
    expect(after.headers.get('etag')).not.toBe(tag);
    expect(await after.text()).not.toBe(await before.text());
    await api.warehouse.setStrategyEnabled('btc-2h', true);
  });
});

it('a list that is computed as a whole is computed once for all its pages, formats, orders and callers', async () => {
  const analyse = vi.spyOn(api.warehouse, 'analyse');
  const list = '/v1/performance/rolling?strategy=trend-momentum&allocation=0.07&limit=3';
  const [first, second] = await Promise.all([api.get(list), api.get(`${list}&sort=-n`)]);
  const { next_cursor } = (await first.json()) as { next_cursor: string };
  const { data } = (await (await api.get(`${list}&cursor=${next_cursor}`)).json()) as {
    data: { n: number }[];
  };
  expect(data.map(({ n }) => n)).toEqual([4, 5, 6]);
  expect(await (await api.get(`${list}&fields=n`, { Accept: 'text/csv' })).text()).toBe('n\n1\n2\n3\n');
  expect(second.status).toBe(200);
  expect(analyse).toHaveBeenCalledTimes(1);
  // Other data, or another question.
  await api.warehouse.setStrategyEnabled('btc-2h', false);
  await api.get(list);
  expect(analyse).toHaveBeenCalledTimes(2);
  await api.get(`${list}&side=BUY`);
  expect(analyse).toHaveBeenCalledTimes(3);
  await api.warehouse.setStrategyEnabled('btc-2h', true);
  analyse.mockRestore();
});

it('says what is wrong with a parameter in its own words', async () => {
  const detail = async (path: string) => ((await (await api.get(path)).json()) as { detail: string }).detail;
  expect(await detail('/v1/klines?interval=1h')).toBe('symbol: is required');
  expect(await detail('/v1/klines?symbol=A&symbol=B&interval=1h')).toBe('symbol: must be given once');
  for (const list of ['/v1/klines?symbol=SYN_AAA&interval=1h', '/v1/performance?by=all'])
    expect(await detail(`${list}&from=2024-01-02&to=2024-01-01`)).toBe('from: must be before to');
  expect(await detail('/v1/performance/comparison?first=btc-2h&second=btc-2h&from=2&to=2')).toBe(
    'from: must be before to',
  );
});

describe('writes', () => {
  const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${api.url}${path}`, { method: 'POST', body, headers });
  const bearer = { Authorization: `Bearer ${TOKEN}` };
  const json = { 'Content-Type': 'application/json' };

  it('need the token', async () => {
    for (const path of ['/v1/jobs/recompute', '/v1/jobs/mine', '/v1/strategies'])
      for (const Authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`]) {
        const response = await post(path, '{}', {
          ...json,
          ...(Authorization === '' ? {} : { Authorization }),
        });
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
      }
  });

  it('take a body of their type only', async () => {
    for (const path of ['/v1/jobs/recompute', '/v1/strategies']) {
      const response = await post(path, '{}', { ...bearer, 'Content-Type': 'text/plain' });
      expect(response.status).toBe(415);
      expect(await response.json()).toMatchObject({ type: 'urn:klinemill:problem:unsupported-body' });
    }
  });

  it('a recompute runs as a job', async () => {
    const started = await post('/v1/jobs/recompute', '{"force":true}', { ...bearer, ...json });
    expect(started.status).toBe(202);
    const job = async () =>
      (await (await api.get(started.headers.get('location')!)).json()) as { status: string };
    await expect.poll(async () => (await job()).status, { timeout: 30_000 }).toBe('DONE');
  });

  it('a second job is refused while one runs; mining and import work', async () => {
    const idle = async (): Promise<void> => {
      while (((await rows('/v1/jobs')) as { status: string }[]).some(({ status }) => status === 'RUNNING'))
        await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await idle();
    const first = await post('/v1/jobs/recompute', '{"force":true}', { ...bearer, ...json });
    const second = await post('/v1/jobs/mine', '{}', { ...bearer, ...json });
    expect([first.status, second.status]).toEqual([202, 409]);
    await idle();
    expect((await post('/v1/jobs/mine', '{}', { ...bearer, ...json })).status).toBe(202);
    await idle();
    const yaml = { ...bearer, 'Content-Type': 'application/yaml' };
    const refused = await post('/v1/strategies', 'strategy: 7', yaml);
    expect(refused.status).toBe(422);
    expect(((await refused.json()) as { detail: string }).detail).toContain('strategy');
    const { document } = (await (await api.get('/v1/strategies/trend-momentum')).json()) as {
      document: object;
    };
    const imported = await post(
      '/v1/strategies',
      formatStrategy({ ...(document as StrategyDocument), strategy: 'copy' }),
      yaml,
    );
    expect(imported.status, await imported.clone().text()).toBe(200);
    expect(await imported.json()).toMatchObject({ strategy: 'copy', version: 1, created: true });
  });
});

it('events tell of jobs and of the generation', async () => {
  const response = await api.get('/v1/events');
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  await fetch(`${api.url}/v1/jobs/recompute`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    body: '{"force":true}',
  });
  while (!text.includes('"status":"DONE"')) text += (await reader.read()).value ?? '';
  expect(text).toContain('event: generation');
  expect(text).toContain('event: job');
  await reader.cancel();
});

describe('service', () => {
  it('says that it lives and is ready, counts, and documents itself', async () => {
    expect(await (await api.get('/livez')).text()).toBe('ok');
    expect(await (await api.get('/readyz')).text()).toBe('ok');
    expect(await (await api.get('/metrics')).text()).toContain('klinemill_http_requests_total');
    expect(await (await api.get('/openapi.json')).json()).toEqual(
      JSON.parse(JSON.stringify(openApiDocument('0.0.0-test'))),
    );
    expect(await (await api.get('/docs')).text()).not.toMatch(/https?:/);
    for (const asset of ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js', 'favicon-32x32.png'])
      expect((await api.get(`/docs/${asset}`)).status).toBe(200);
    expect((await api.get('/docs/package.json')).status).toBe(404);
  });

  it('answers other methods with 405 and what is allowed', async () => {
    const response = await fetch(`${api.url}/v1/klines`, { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('refuses a foreign Host', async () => {
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      request(`${api.url}/v1/symbols`, { headers: { Host: 'evil.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });
});
