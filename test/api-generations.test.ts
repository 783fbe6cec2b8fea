import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSources, syntheticSources } from '../engine/index.js';
import { startApi, type TestApi, TOKEN } from './support/api.case.js';
import { temporaryFolder } from './support/cli.js';

// One process reads and recomputes a DuckDB file. Every round revises all klines with those of another made-up market and
// has the server recompute, while readers never stop: what they were given must be, byte by byte, what is given when
// nothing runs, before or after. All of one partition: that is what a recompute commits at a time.

const ROUNDS = 4;
const WHERE = 'strategy=trend-momentum&symbol=SYNTHETIC_BTCUSDT&interval=1h';
const PATHS = [
  // Several statements and the ledger's state behind them, without a transaction.
  `/v1/predictions?${WHERE}&fields=predicting_at,close`,
  // Newest first, from stretches that begin at the end.
  `/v1/results?${WHERE}&fields=prediction_id,entry_price,exit_price&sort=-predicting_at`,
  // Several statements in a transaction.
  `/v1/performance?by=all&${WHERE}`,
];
const folder = temporaryFolder();
let api: TestApi;

beforeAll(async () => {
  api = await startApi(folder.path, 'generations');
});

afterAll(async () => {
  await api.close();
  folder.dispose();
});

let reads = 0;
/** All rows, never from the cache: no limit is asked for twice. */
const list = (path: string): Promise<string> => read(`${path}&limit=${4000 + (reads++ % 6000)}`);
const read = async (path: string): Promise<string> => {
  const response = await api.get(path);
  const body = await response.text();
  expect(response.status, body.slice(0, 200)).toBe(200);
  return body;
};

async function recompute(): Promise<void> {
  const started = await fetch(`${api.url}/v1/jobs/recompute`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect(started.status).toBe(202);
  const place = started.headers.get('location')!;
  const job = async () => JSON.parse(await read(place)) as { status: string; detail: string };
  await expect.poll(async () => (await job()).status, { timeout: 60_000, interval: 20 }).toBe('DONE');
  expect((await job()).detail).toMatch(/computed/);
}

it('readers see whole generations while a recompute runs', async () => {
  const whole = PATHS.map(() => new Set<string>());
  const seen = PATHS.map(() => new Map<string, number>());
  const remember = async (): Promise<void> => {
    for (const [at, path] of PATHS.entries()) whole[at]!.add(await list(path));
  };
  await remember();
  let isOver = false;
  const readers = PATHS.flatMap((path, at) =>
    [1, 2].map(async () => {
      while (!isOver) {
        const body = await list(path);
        seen[at]!.set(body, (seen[at]!.get(body) ?? 0) + 1);
      }
    }),
  );
  for (let round = 1; round <= ROUNDS; round++) {
    const sources = syntheticSources({ hours: 3000, seed: round });
    await loadSources(api.warehouse, sources, { now: Date.UTC(2030, 0, 1), revise: true });
    await recompute();
    await remember();
  }
  isOver = true;
  await Promise.all(readers);
  for (const [at, path] of PATHS.entries()) {
    expect(whole[at]!.size, path).toBe(ROUNDS + 1);
    const torn = [...seen[at]!.keys()].filter((body) => !whole[at]!.has(body));
    expect(
      torn.map((body) => body.slice(0, 300)),
      path,
    ).toEqual([]);
    // They did read while it went on.
    expect(seen[at]!.size, path).toBeGreaterThan(ROUNDS / 2);
  }
}, 180_000);
