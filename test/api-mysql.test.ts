import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSources, recompute, syntheticSources, warehouseCatalog } from '../engine/index.js';
import { openWarehouse, type Warehouse } from '../warehouse/index.js';
import { NO_MYSQL, type TestServer, testServer } from '../warehouse/testing/mysql.js';
import { klinemill, temporaryFolder } from './support/cli.js';
import { serve } from './support/serve.js';
import { shippedStrategies } from './support/strategies.js';
import { select } from './support/warehouse.js';

// `klinemill serve` over MySQL: it reads a replica that follows, while others write. Expected rows come from MySQL itself.

const TOKEN = 'token-of-the-test';
const NOW = { now: Date.UTC(2030, 0, 1) };

interface Predictions {
  readonly symbol: string;
  readonly predictions: number;
}

describe.skipIf(NO_MYSQL)('mysql (set KLINEMILL_TEST_MYSQL; npm run test:services does)', () => {
  const folder = temporaryFolder();
  const replica = join(folder.path, 'replica.duckdb');
  const sources = syntheticSources({ hours: 1500 });
  let server: TestServer;
  let warehouse: Warehouse;
  let database: string;
  let api: Awaited<ReturnType<typeof serve>>;

  const partOf = (symbol: string) => sources.filter(({ key }) => key.symbol.includes(symbol));
  const dataOf = async <Row>(path: string): Promise<Row[]> =>
    ((await (await fetch(`${api.url}${path}`)).json()) as { data: Row[] }).data;
  const stored = async (): Promise<Map<string, number>> =>
    new Map(
      (
        await select(
          warehouse,
          'SELECT s.symbol, count(*) FROM bar_prediction p JOIN dim_symbol s ON s.symbol_id = p.symbol_id GROUP BY s.symbol',
        )
      ).map(([symbol, count]) => [String(symbol), Number(count)]),
    );
  const served = async (): Promise<Map<string, number>> => {
    const counts = new Map<string, number>();
    for (const { symbol, predictions } of await dataOf<Predictions>('/v1/performance?by=symbol'))
      counts.set(symbol, (counts.get(symbol) ?? 0) + predictions);
    return counts;
  };

  beforeAll(async () => {
    server = await testServer();
    database = await server.createDatabase();
    warehouse = await openWarehouse(database);
    await warehouse.migrate(warehouseCatalog());
    for (const { document, contentHash } of shippedStrategies())
      await warehouse.importStrategy(document, contentHash, 0);
    await loadSources(warehouse, partOf('BTC'), NOW);
    await recompute(warehouse, { threads: 0 });
    api = await serve(database, ['--replica', replica, '--token', TOKEN, '--threads', '0']);
  });

  afterAll(async () => {
    await api?.close();
    await warehouse?.close();
    await server?.dropAll();
    await server?.end();
    folder.dispose();
  });

  it('answers what MySQL holds', async () => {
    expect(await served()).toEqual(await stored());
  });

  it('sees what another process writes, a partition whole or not at all', async () => {
    const untouched = () => dataOf<Predictions>('/v1/performance?by=partition&symbol=SYNTHETIC_BTCUSDT');
    const before = await untouched();
    let isWriting = true;
    const reading = (async () => {
      while (isWriting) expect(await untouched()).toEqual(before);
    })();
    await loadSources(warehouse, partOf('ETH'), NOW);
    await recompute(warehouse, { threads: 0 });
    const expected = await stored();
    expect(expected.size).toBe(2);
    await expect.poll(served, { timeout: 30_000, interval: 200 }).toEqual(expected);
    isWriting = false;
    await reading;
  });

  it('a job writes to MySQL, and has ended when its rows are served', async () => {
    const started = await fetch(`${api.url}/v1/jobs/recompute`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
      body: '{"force":true}',
    });
    expect(started.status).toBe(202);
    const place = started.headers.get('location')!;
    const job = async () =>
      (await (await fetch(`${api.url}${place}`)).json()) as { status: string; run_id: number | null };
    await expect.poll(async () => (await job()).status, { timeout: 60_000, interval: 100 }).toBe('DONE');
    const { run_id: runId } = await job();
    const [newest] = await select(warehouse, 'SELECT max(run_id) FROM run');
    expect(newest).toEqual([runId]);
    const runs = await dataOf<{ run_id: number; status: string }>('/v1/runs');
    expect(runs.find((run) => run.run_id === runId)?.status).toBe('DONE');
  });

  it('a command that finds the replica held names the route', async () => {
    const { code, stderr } = await klinemill(['report', '--warehouse', database, '--replica', replica]);
    expect(code).toBe(3);
    expect(stderr).toContain(`GET /v1/performance of ${api.url} does the same`);
  });
});
