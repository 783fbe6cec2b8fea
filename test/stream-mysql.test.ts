import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { durationOf, loadFiles } from '../engine/index.js';
import { COLUMN } from '../engine/source/kline-chunk.js';
import { openWarehouse } from '../warehouse/index.js';
import { NO_MYSQL, type TestServer, testServer } from '../warehouse/testing/mysql.js';
import { ownServer } from '../warehouse/testing/own-server.js';
import {
  consumer,
  expectPublished,
  linesOf,
  MARKET,
  messages,
  NOW,
  type StreamSuite,
  seedsOf,
  streamCases,
} from './stream.case.js';
import { filledTopic, readTopic, topicEnd } from './support/kafka.js';
import { random, walkColumns } from './support/market.js';
import { csvOf } from './support/market-files.js';
import { withStrategies } from './support/mysql.js';

// The same through MySQL, which several consumers may share.

const SEEDS = Array.from({ length: seedsOf(1) }, (_, i) => i + 1);
let server: TestServer | null = null;

/** One series a partition, so that each of two consumers has some. */
function spread(seed: number) {
  const all = messages(seed);
  const keys = [...new Set(all.map(({ key }) => key))];
  return all.map((one) => ({ ...one, partition: keys.indexOf(one.key) }));
}

const sharing = (url: string, topic: string) => ({
  url,
  topic,
  group: randomUUID(),
  untilEnd: false,
  sessionMs: 6_000,
  transactionMessages: 60,
});

/** Resolves when the warehouse has taken in all that the topic holds. */
async function takenIn(url: string, topic: string): Promise<void> {
  const end = await topicEnd(topic);
  const warehouse = await openWarehouse(url);
  const isDone = async () => {
    const stored = await warehouse.streamOffsets(topic);
    return stored.reduce((sum, { nextOffset }) => sum + nextOffset, 0) === end;
  };
  while (!(await isDone())) await sleep(200);
  await warehouse.close();
}

/** Messages of row 300 of the hours get another volume. */
function revisedLater(all: ReturnType<typeof messages>): ReturnType<typeof messages> {
  const [, { seed = 0, rows = 0 } = {}] = MARKET;
  const { [COLUMN.OPEN_TIME]: openTimes } = walkColumns({ seed, rows, durationMs: durationOf('1h') });
  return all.map(({ key, value }) => {
    const bar = JSON.parse(value);
    if (key !== 'BTCUSDT|1h' || bar.open_time !== openTimes![300]) return { key, value };
    return { key, value: JSON.stringify({ ...bar, volume: 2 * bar.volume }) };
  });
}

function sharedCases(suite: StreamSuite): void {
  it.each(SEEDS)(
    'seed %i: a batch adds and revises bars of series that the stream holds open',
    async (seed) => {
      const url = await suite.make();
      const all = revisedLater(messages(seed));
      const part = Math.floor(0.4 * all.length);
      const topic = await filledTopic(all.slice(0, part));
      const child = consumer({ url, topic, untilEnd: false, transactionMessages: 100 });
      await takenIn(url, topic);
      // All that has come and more: late bars, the next ones, and the right values of one.
      const files = MARKET.map(({ symbol, interval, rows, seed: own }) => {
        const path = join(suite.folder, `${symbol}-${interval}-beside-${seed}.csv`);
        const columns = walkColumns({ seed: own, rows, durationMs: durationOf(interval) });
        writeFileSync(path, csvOf(columns, 0, Math.floor(0.7 * rows)));
        return path;
      });
      const warehouse = await openWarehouse(url);
      const reports = await loadFiles(warehouse, files, { now: NOW, revise: true });
      await warehouse.close();
      expect(reports.every(({ added }) => added > 0)).toBe(true);
      expect(reports.map(({ revised }) => revised)).toEqual([0, 1, 0]);
      await filledTopic(all.slice(part), { topic });
      await takenIn(url, topic);
      // Contested exits are looked at when nothing else waits.
      await sleep(3_000);
      child.kill('SIGTERM');
      const end = await child.ended;
      expect(end.code, end.stderr).toBe(0);
      expect(end.stderr).toContain('others have changed');
      expect(await linesOf(url)).toEqual(suite.truth());
      expect(await readTopic(`${topic}.dlq`)).toEqual([]);
    },
  );

  it.each(SEEDS)('seed %i: the database is killed and comes back: nothing is lost', async (seed) => {
    const own = await ownServer(join(suite.folder, `server-${seed}`));
    try {
      await own.up();
      await withStrategies(own.url);
      const topic = await filledTopic(messages(seed));
      const child = consumer({ url: own.url, topic, transactionMessages: 100 });
      await child.taken(1 + Math.floor(random(seed)() * 3_000));
      process.kill(Number(readFileSync(join(own.folder, 'mysql.pid'), 'utf8')), 'SIGKILL');
      await sleep(1_000);
      await own.up();
      const end = await child.ended;
      expect(end.code, end.stderr).toBe(0);
      expect(await linesOf(own.url)).toEqual(suite.truth());
      expect(await readTopic(`${topic}.dlq`)).toEqual([]);
      await expectPublished(own.url, topic);
    } finally {
      await own.down();
    }
  });

  it.each(SEEDS)(
    'seed %i: two consumers share a topic, one is killed: the other one takes over',
    async (seed) => {
      const url = await suite.make();
      const topic = await filledTopic(spread(seed), { partitions: 3 });
      const own = sharing(url, topic);
      const next = random(seed);
      const consumers = [consumer(own), consumer(own)];
      const enough = 500 + Math.floor(next() * 3_000);
      const first = await Promise.race(consumers.map((one) => one.taken(enough).then(() => one)));
      const left = consumers.find((one) => one !== first)!;
      first.kill('SIGKILL');
      await first.ended;
      await takenIn(url, topic);
      // Contested exits are looked at when nothing else waits.
      await sleep(3_000);
      left.kill('SIGTERM');
      expect(await left.ended).toMatchObject({ code: 0 });
      expect(await linesOf(url)).toEqual(suite.truth());
      expect(await readTopic(`${topic}.dlq`)).toEqual([]);
      await expectPublished(url, topic);
    },
  );

  it.each(SEEDS)('seed %i: two consumers share the intervals of a symbol', async (seed) => {
    const url = await suite.make();
    const topic = await filledTopic([], { partitions: 3 });
    const own = sharing(url, topic);
    const consumers = [consumer(own), consumer(own)];
    let isShared = false;
    const both = Promise.all(consumers.map((one) => one.taken(1))).then(() => {
      isShared = true;
    });
    const all = spread(seed);
    let sent = 0;
    // Most of the bars come when both have some.
    while (!isShared && sent < all.length / 2) {
      await filledTopic(all.slice(sent, sent + 20), { topic });
      sent += 20;
      await sleep(200);
    }
    await filledTopic(all.slice(sent), { topic });
    await both;
    await takenIn(url, topic);
    // Changes of others are looked at every 2 s.
    await sleep(6_000);
    for (const one of consumers) one.kill('SIGTERM');
    for (const one of consumers) expect(await one.ended).toMatchObject({ code: 0 });
    expect(await linesOf(url)).toEqual(suite.truth());
    expect(await readTopic(`${topic}.dlq`)).toEqual([]);
    await expectPublished(url, topic);
  });
}

if (NO_MYSQL)
  describe.skip('a stream through Kafka into MySQL (no KLINEMILL_TEST_MYSQL: npm run test:services)', () => {});
else
  streamCases(
    'MySQL',
    {
      fewSeeds: 1,
      make: async () => {
        server ??= await testServer();
        const url = await server.createDatabase();
        await withStrategies(url);
        return url;
      },
      clean: async () => server?.dropAll(),
    },
    sharedCases,
  );
