import { randomUUID } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { openWarehouse } from '../warehouse/index.js';
import { NO_MYSQL, testServer } from '../warehouse/testing/mysql.js';
import { consumer, messages } from './stream.case.js';
import { temporaryFolder } from './support/cli.js';
import type { ConsumerEnd, TestConsumer } from './support/consumer.js';
import { abortedMessages, BROKERS, describeKafka, filledTopic, kafka, topicEnd } from './support/kafka.js';
import { withStrategies } from './support/mysql.js';
import { newWarehouse } from './support/warehouse.js';

// A stream that is to end with what the topic holds ends, whoever has taken it in and whatever stands at its end.

const PATIENCE_MS = 60_000;

/** One that does not end is killed. */
async function endOf(child: TestConsumer): Promise<ConsumerEnd & { readonly messages: number }> {
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const end = await child.ended;
  clearTimeout(timer);
  return { ...end, messages: child.messages };
}

async function storedOffsets(url: string, topic: string): Promise<number> {
  const warehouse = await openWarehouse(url);
  const stored = await warehouse.streamOffsets(topic);
  await warehouse.close();
  return stored.reduce((sum, { nextOffset }) => sum + nextOffset, 0);
}

/** Waits for the broker to say this of a group. */
async function isGroup(group: string, state: string): Promise<void> {
  const admin = kafka(BROKERS).admin();
  await admin.connect();
  const stateOf = async () => (await admin.describeGroups([group])).groups[0]!.state;
  await expect.poll(stateOf, { timeout: PATIENCE_MS }).toBe(state);
  await admin.disconnect();
}

describeKafka('a stream until the end of its topic', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.dispose());
  const made = async (name: string): Promise<string> => {
    const warehouse = await newWarehouse(folder.path, name);
    await warehouse.close();
    return warehouse.url;
  };

  it.skipIf(NO_MYSQL)('ends when another member of the group has taken the rest in', async () => {
    const server = await testServer();
    const url = await server.createDatabase();
    try {
      await withStrategies(url);
      const topic = await filledTopic([], { partitions: 3 });
      const own = { url, topic, group: randomUUID(), transactionMessages: 30 };
      const other = consumer({ ...own, untilEnd: false });
      await isGroup(own.group, 'Stable');
      // Stands still until the one that is to end has seen that nothing is taken in yet, and waits for its share.
      other.kill('SIGSTOP');
      await filledTopic(messages(3).slice(0, 600), { topic });
      const ending = endOf(consumer(own));
      await isGroup(own.group, 'PreparingRebalance');
      other.kill('SIGCONT');
      const { code, stderr } = await ending;
      expect(code, stderr).toBe(0);
      expect(await storedOffsets(url, topic)).toBe(await topicEnd(topic));
      // Else it had nobody to wait for.
      expect(other.messages).toBeGreaterThan(0);
      other.kill('SIGTERM');
      expect(await other.ended).toMatchObject({ code: 0 });
    } finally {
      await server.dropAll();
    }
  });

  it('ends when the messages of a partition have all expired', async () => {
    const url = await made('expired');
    const all = messages(1).slice(0, 120);
    const topic = await filledTopic(
      all.map((message, i) => ({ ...message, partition: i % 2 })),
      { partitions: 2 },
    );
    const admin = kafka(BROKERS).admin();
    await admin.connect();
    // The client has no metadata of the topic before.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '-1' }] });
    await admin.disconnect();
    const end = await endOf(consumer({ url, topic }));
    expect([end.code, end.messages], end.stderr).toEqual([0, 60]);
  });

  it('ends behind an aborted transaction, and goes on behind it', async () => {
    const url = await made('aborted');
    const all = messages(1);
    const topic = await filledTopic(all.slice(0, 40), { partitions: 1 });
    await abortedMessages(topic, all.slice(40, 60));
    const first = await endOf(consumer({ url, topic }));
    expect([first.code, first.messages], first.stderr).toEqual([0, 40]);
    // The marker of the abortion has an offset too.
    expect(await topicEnd(topic)).toBe(61);
    expect(await storedOffsets(url, topic)).toBe(61);
    await filledTopic(all.slice(40, 70), { topic });
    await abortedMessages(topic, all.slice(70, 75));
    const second = await endOf(consumer({ url, topic }));
    expect([second.code, second.messages], second.stderr).toEqual([0, 30]);
  });
});
