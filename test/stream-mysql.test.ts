import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openWarehouse } from '../warehouse/index.js';
import { NO_MYSQL, type TestServer, testServer } from '../warehouse/testing/mysql.js';
import { ownServer } from '../warehouse/testing/own-server.js';
import {
  consumer,
  expectPublished,
  linesOf,
  messages,
  type StreamSuite,
  seedsOf,
  streamCases,
} from './stream.case.js';
import { filledTopic, readTopic, topicEnd } from './support/kafka.js';
import { random } from './support/market.js';
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

function sharedCases(suite: StreamSuite): void {
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
