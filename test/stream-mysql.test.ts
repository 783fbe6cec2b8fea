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
      // One series a partition, so that each of the two has some.
      const keys = [...new Set(messages(seed).map(({ key }) => key))];
      const spread = messages(seed).map((one) => ({ ...one, partition: keys.indexOf(one.key) }));
      const topic = await filledTopic(spread, { partitions: 3 });
      const own = {
        url,
        topic,
        group: randomUUID(),
        untilEnd: false,
        sessionMs: 6_000,
        transactionMessages: 60,
      };
      const next = random(seed);
      const consumers = [consumer(own), consumer(own)];
      const enough = 500 + Math.floor(next() * 3_000);
      const first = await Promise.race(consumers.map((one) => one.taken(enough).then(() => one)));
      const left = consumers.find((one) => one !== first)!;
      first.kill('SIGKILL');
      await first.ended;
      const end = await topicEnd(topic);
      const warehouse = await openWarehouse(url);
      const isDone = async () => {
        const stored = await warehouse.streamOffsets(topic);
        return stored.reduce((sum, { nextOffset }) => sum + nextOffset, 0) === end;
      };
      while (!(await isDone())) await sleep(200);
      await warehouse.close();
      // Contested exits are looked at when nothing else waits.
      await sleep(1_000);
      left.kill('SIGTERM');
      expect(await left.ended).toMatchObject({ code: 0 });
      expect(await linesOf(url)).toEqual(suite.truth());
      expect(await readTopic(`${topic}.dlq`)).toEqual([]);
      await expectPublished(url, topic);
    },
  );
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
