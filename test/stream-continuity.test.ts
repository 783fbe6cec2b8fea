import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { type StreamReport, streaming } from '../engine/index.js';
import type { Warehouse } from '../warehouse/index.js';
import { messages, NOW } from './stream.case.js';
import { start, temporaryFolder } from './support/cli.js';
import { BROKERS, describeKafka, filledTopic, kafka } from './support/kafka.js';
import { newWarehouse, select } from './support/warehouse.js';

// What comes is what the stored offsets speak of, and is read once. Offsets and counts by hand: one partition, so the offset
// of a message is its place.

const { stream } = await streaming();
const folder = temporaryFolder();
const stops = new Set<() => Promise<unknown>>();
const warehouses: Warehouse[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const stop of stops) await stop();
  stops.clear();
});

afterAll(async () => {
  for (const warehouse of warehouses) await warehouse.close();
  folder.dispose();
});

async function duckDb(): Promise<Warehouse> {
  const warehouse = await newWarehouse(folder.path, `continuity-${warehouses.length}`);
  warehouses.push(warehouse);
  return warehouse;
}

/** A stream under way, in this process. */
class Running {
  readonly ended: Promise<StreamReport>;
  readonly lost: number[][] = [];
  #isReady = false;
  readonly #stop = new AbortController();

  constructor(
    readonly warehouse: Warehouse,
    readonly topic: string,
    untilEnd = false,
  ) {
    this.ended = stream(warehouse, {
      kafka: { brokers: [BROKERS], clientId: 'klinemill-test' },
      topics: { klines: topic, deadLetters: `${topic}.dlq`, predictions: `${topic}.predictions` },
      groupId: randomUUID(),
      symbols: null,
      revise: false,
      publish: false,
      resetOffsets: false,
      untilEnd,
      signal: this.#stop.signal,
      now: () => NOW,
      observer: {
        ready: (isReady) => {
          this.#isReady = isReady;
        },
        lost: (...lost) => this.lost.push(lost),
      },
    });
    this.ended.catch(() => {});
    stops.add(() => this.stop().catch(() => {}));
  }

  /** Resolves when the topic is taken in up to `offset`, and it is ready for more. */
  async at(offset: number): Promise<void> {
    await expect
      .poll(async () => [this.#isReady, (await this.warehouse.streamOffsets(this.topic))[0]?.nextOffset], {
        timeout: 60_000,
      })
      .toEqual([true, offset]);
  }

  stop(): Promise<StreamReport> {
    this.#stop.abort();
    return this.ended;
  }
}

const partitions = 1;
const ALL = messages(1);
const bars = (from: number, to: number) => ALL.slice(from, to);

async function administer(work: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = kafka(BROKERS).admin();
  await admin.connect();
  await work(admin).finally(() => admin.disconnect());
}

describeKafka('a stream', () => {
  it('goes on where the warehouse stands when another one has moved the offset', async () => {
    const reads: number[] = [];
    const { consumer } = kafkajs.Kafka.prototype;
    vi.spyOn(kafkajs.Kafka.prototype, 'consumer').mockImplementation(function (this: kafkajs.Kafka, config) {
      const made = consumer.call(this, config);
      made.on(made.events.START_BATCH_PROCESS, ({ payload }) => reads.push(Number(payload.firstOffset)));
      return made;
    });
    const topic = await filledTopic(bars(0, 600), { partitions });
    const running = new Running(await duckDb(), topic);
    await running.at(600);
    // Another group on the same warehouse was faster.
    const session = await running.warehouse.begin();
    expect(await session.moveOffsets(topic, [{ partition: 0, expected: 600, next: 610 }])).toBe(true);
    await session.commit();
    const before = reads.length;
    await filledTopic(bars(600, 650), { topic, partitions });
    await running.at(650);
    expect(reads.slice(before)).toEqual([600, 610]);
  });

  it('ends when its topic was made anew while it stood still', async () => {
    const topic = await filledTopic(bars(0, 600), { partitions });
    const warehouse = await newWarehouse(folder.path, 'still');
    await warehouse.close();
    const args = ['stream', '--brokers', BROKERS, '--topic', topic, '--group', randomUUID()];
    const child = start([...args, '--warehouse', warehouse.url, '--now', String(NOW)], {
      KLINEMILL_LOG_LEVEL: 'debug',
    });
    stops.add(async () => child.kill('SIGKILL'));
    let stderr = '';
    child.stderr!.on('data', (data) => {
      stderr += String(data);
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await expect.poll(() => stderr, { timeout: 60_000 }).toContain('"committed"');
    await sleep(2_000);
    child.kill('SIGSTOP');
    // A fetch that waits at the broker would be told of the deletion.
    await sleep(1_000);
    await administer((admin) => admin.deleteTopics({ topics: [topic] }));
    await sleep(2_000);
    await filledTopic(bars(600, 1_500), { topic, partitions });
    child.kill('SIGCONT');
    expect(await ended, stderr).toBe(2);
    expect(stderr).toContain('it is another topic of this name');
  }, 60_000);

  it.each([
    { what: 'fewer', count: 300 },
    { what: 'more', count: 900 },
  ])(
    'ends when its topic is made anew, with $what messages than it had',
    async ({ count }) => {
      const topic = await filledTopic(bars(0, 600), { partitions });
      const running = new Running(await duckDb(), topic);
      await running.at(600);
      await administer((admin) => admin.deleteTopics({ topics: [topic] }));
      // The broker deletes a little later; who reads it does not make it again.
      await sleep(1_000);
      await administer(async (admin) => expect(await admin.listTopics()).not.toContain(topic));
      await filledTopic(bars(600, 600 + count), { topic, partitions });
      await expect(running.ended).rejects.toThrow(
        /^stream: partition 0 of .* it is another topic of this name/,
      );
      const again = { topic, partition: 0, nextOffset: 600 };
      expect(await running.warehouse.streamOffsets(topic)).toMatchObject([{ nextOffset: again.nextOffset }]);
      const [run] = await select(running.warehouse, "SELECT status FROM run WHERE kind = 'stream'");
      expect(run).toEqual(['FAILED']);
    },
    60_000,
  );

  it('says how many messages have expired before it could take them in', async () => {
    const topic = await filledTopic(bars(0, 400), { partitions });
    const warehouse = await duckDb();
    expect((await new Running(warehouse, topic, true).ended).messages).toBe(400);
    await filledTopic(bars(400, 1_000), { topic, partitions });
    await administer(async (admin) => {
      // The client knows of the topic then.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '700' }] });
    });
    const next = new Running(warehouse, topic, true);
    expect(await next.ended).toMatchObject({ messages: 300, lost: 300 });
    expect(next.lost).toEqual([[0, 400, 300]]);
    // Who never read it misses nothing.
    const first = new Running(await duckDb(), topic, true);
    expect(await first.ended).toMatchObject({ messages: 300, lost: 0 });
  });
});
