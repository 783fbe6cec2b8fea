import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { freePort } from '../warehouse/testing/own-server.js';
import { consumer, linesOf, messages, type StreamSuite, seedsOf, streamCases } from './stream.case.js';
import { filledTopic, ownBroker, readTopic } from './support/kafka.js';
import { random } from './support/market.js';
import { newWarehouse } from './support/warehouse.js';

function brokerCases(suite: StreamSuite): void {
  const seeds = Array.from({ length: seedsOf(1) }, (_, i) => i + 1);
  it.each(seeds)('seed %i: the broker is killed and comes back: nothing is lost', async (seed) => {
    const own = ownBroker(join(suite.folder, `broker-${seed}`), [await freePort(), await freePort()]);
    try {
      await own.up();
      const { brokers } = own;
      const url = await suite.make();
      const topic = await filledTopic(messages(seed), { brokers });
      const child = consumer({ url, topic, brokers, transactionMessages: 100 });
      await child.taken(1 + Math.floor(random(seed)() * 3_000));
      own.kill();
      await sleep(1_000);
      await own.up();
      const end = await child.ended;
      expect(end.code, end.stderr).toBe(0);
      expect(await linesOf(url)).toEqual(suite.truth());
      expect(await readTopic(`${topic}.dlq`, brokers)).toEqual([]);
    } finally {
      await own.down();
    }
  });

  it('another warehouse of the same group starts where that warehouse stands, also when nothing new comes', async () => {
    const topic = await filledTopic(messages(1).slice(0, 60));
    const group = randomUUID();
    const lines: string[][] = [];
    for (let i = 0; i < 2; i++) {
      const url = await suite.make();
      const end = await consumer({ url, topic, group }).ended;
      expect(end.code, end.stderr).toBe(0);
      lines.push(await linesOf(url));
    }
    expect(lines[1]).toEqual(lines[0]);
  }, 60_000);
}

let made = 0;
streamCases(
  'DuckDB',
  {
    fewSeeds: 3,
    make: async (folder) => {
      const warehouse = await newWarehouse(folder, `stream-${++made}`);
      await warehouse.close();
      return warehouse.url;
    },
    clean: async () => {},
  },
  brokerCases,
);
