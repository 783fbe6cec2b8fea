import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSources, recompute, syntheticSources } from '../engine/index.js';
import { openWarehouse } from '../warehouse/index.js';
import { klinemill, temporaryFolder } from './support/cli.js';
import { type Served, serve } from './support/serve.js';
import { checksumLines, newWarehouse } from './support/warehouse.js';

// `klinemill serve` in a process of its own: it answers while it mines, it ends in order while it has much to do (queries of
// callers who left, a job, a download), and commands that find its file held say where to go.

const TOKEN = 'token-of-the-test';
const folder = temporaryFolder();
const warehouse = `duckdb:${join(folder.path, 'served.duckdb')}`;
/** Enough bars for a recompute and a download that last longer than a signal takes. */
const largeFile = join(folder.path, 'large.duckdb');
const large = `duckdb:${largeFile}`;
/** How soon a server is gone: answers that are under way have 5 s (server/serve.ts), and a slow machine some more. */
const SOON_MS = 12_000;

beforeAll(async () => {
  const made = await newWarehouse(folder.path, 'served');
  await loadSources(made, syntheticSources(), { now: Date.UTC(2030, 0, 1) });
  await recompute(made, { threads: 0 });
  await made.close();
  const larger = await newWarehouse(folder.path, 'large');
  await loadSources(larger, syntheticSources({ hours: 60_000 }), { now: Date.UTC(2040, 0, 1) });
  await recompute(larger, { threads: 0 });
  await larger.close();
}, 120_000);

afterAll(() => folder.dispose());

it('answers while it mines', async () => {
  const server = await serve(warehouse, ['--token', TOKEN, '--threads', '1']);
  try {
    const started = await fetch(`${server.url}/v1/jobs/mine`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ strategy: 'trend-momentum', min_support: 0.02, max_length: 4 }),
    });
    expect(started.status).toBe(202);
    const place = server.url + started.headers.get('location')!;
    const waits: number[] = [];
    const began = performance.now();
    for (;;) {
      const asked = performance.now();
      const { status, detail } = (await (await fetch(place)).json()) as { status: string; detail: string };
      waits.push(performance.now() - asked);
      expect(['RUNNING', 'DONE'], detail).toContain(status);
      if (status === 'DONE') break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const elapsedMs = performance.now() - began;
    const longest = Math.max(...waits);
    console.info(
      `mined in ${elapsedMs.toFixed(0)} ms: ${waits.length} answers meanwhile, the slowest after ${longest.toFixed(0)} ms`,
    );
    // Mined on the thread that answers, one answer would wait for nearly all of it.
    expect(longest).toBeLessThan(elapsedMs / 2);
  } finally {
    await server.close();
  }
}, 120_000);

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends it in order, whatever callers who left have had computed',
  async (signal) => {
    const server = await serve(warehouse);
    const left = new AbortController();
    const asked = Array.from({ length: 24 }, (_, at) =>
      fetch(`${server.url}/v1/performance?by=month&allocation=0.${10 + at}`, { signal: left.signal }).catch(
        () => null,
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 150));
    left.abort();
    await Promise.all(asked);
    // A warehouse that is closed under a query takes the process with it (SIGSEGV: no exit code).
    expect(await server.close(signal)).toBe(0);
  },
  60_000,
);

/** It ends by itself, soon, and leaves a file that is whole: nothing stands beside it that the next one would have to replay. */
async function endsInOrder(server: Served, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  const told = performance.now();
  expect(await server.close(signal)).toBe(0);
  expect(performance.now() - told).toBeLessThan(SOON_MS);
  expect(existsSync(`${largeFile}.wal`)).toBe(false);
}

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops a job: what was under way is rolled back, and the ledger says so',
  async (signal) => {
    const before = await openWarehouse(large, { readOnly: true });
    const sums = await checksumLines(before);
    await before.close();
    const server = await serve(large, ['--token', TOKEN, '--threads', '1']);
    const started = await fetch(`${server.url}/v1/jobs/recompute`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ force: true }),
    });
    expect(started.status).toBe(202);
    const job = async () =>
      (await (await fetch(server.url + started.headers.get('location')!)).json()) as {
        status: string;
        bars_done: number;
      };
    await expect
      .poll(async () => (await job()).bars_done, { timeout: 60_000, interval: 5 })
      .toBeGreaterThan(0);
    await endsInOrder(server, signal);
    const after = await openWarehouse(large, { readOnly: true });
    const [run] = await after.runs(1);
    expect(run).toMatchObject({
      kind: 'recompute',
      status: 'FAILED',
      detail: 'stopped, since the server is ending',
    });
    expect(await checksumLines(after)).toEqual(sums);
    await after.close();
  },
  120_000,
);

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s cuts a download off that its reader leaves waiting',
  async (signal) => {
    const server = await serve(large);
    const answer = await fetch(
      `${server.url}/v1/indicator-values?symbol=SYNTHETIC_BTCUSDT&interval=1h&limit=5000000`,
      { headers: { Accept: 'text/csv', 'Accept-Encoding': 'identity' } },
    );
    expect(answer.status).toBe(200);
    const reader = answer.body!.getReader();
    expect((await reader.read()).done).toBe(false);
    await endsInOrder(server, signal);
    // A body that was cut off must not look like a whole one.
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toThrow();
  },
  120_000,
);

it.each([
  ['with a token', ['--token', TOKEN], ''],
  ['without one', [], ', once it is started with a token'],
])(
  'a command that finds its file held names the route: %s',
  async (_, args, without) => {
    const server = await serve(warehouse, args);
    try {
      const { code, stderr } = await klinemill(['recompute', '--warehouse', warehouse]);
      expect([code, stderr]).toEqual([
        3,
        expect.stringMatching(
          new RegExp(
            `^klinemill: warehouse: .+ is held by klinemill serve \\(process \\d+\\); ` +
              `POST /v1/jobs/recompute of ${server.url} does the same${without}\n$`,
          ),
        ),
      ]);
      const outcome = await klinemill(['verify', '--warehouse', warehouse]);
      if (args.length > 0)
        expect([outcome.code, outcome.stderr]).toEqual([
          3,
          expect.stringMatching(/no route does the same: stop it first\n$/),
        ]);
      // A server that only reads leaves the file to others who read.
      else expect(outcome.code).toBe(0);
    } finally {
      await server.close();
    }
  },
  60_000,
);
