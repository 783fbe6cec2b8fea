import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs, { type KafkaMessage, type Message } from 'kafkajs';
import { describe } from 'vitest';
import { streaming } from '../../engine/index.js';
import { ROOT } from '../cli-process.js';

const { createKafka, ensureTopics } = await streaming();

/** HOST:PORT of a real broker, from scripts/services.sh. */
export const BROKERS = process.env.KLINEMILL_TEST_KAFKA ?? '';
export const NO_KAFKA = BROKERS === '';

/** Suites that need a broker: skipped without one, and the name says why. */
export function describeKafka(name: string, suite: () => void): void {
  if (NO_KAFKA) describe.skip(`${name} (no KLINEMILL_TEST_KAFKA: npm run test:services)`, suite);
  else describe(name, suite);
}

export const kafka = (brokers: string) => createKafka({ brokers: [brokers], clientId: 'klinemill-test' });

/** A broker of a test's own, which may be killed. */
export interface OwnBroker {
  readonly brokers: string;
  /** Starts it (again, on the same data). */
  up(): Promise<void>;
  /** SIGKILL. */
  kill(): void;
  down(): Promise<void>;
}

/** @param ports free ones, of the broker and of its controller */
export function ownBroker(folder: string, [port, controller]: readonly [number, number]): OwnBroker {
  const env = {
    ...process.env,
    KLINEMILL_SERVICES_DIR: folder,
    KLINEMILL_KAFKA_PORT: String(port),
    KLINEMILL_KAFKA_CONTROLLER_PORT: String(controller),
  };
  const services = (action: string): Promise<void> =>
    new Promise((done, failed) => {
      const child = spawn('bash', [join(ROOT, 'scripts/services.sh'), action, 'kafka'], {
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (piece) => {
        said += piece;
      });
      child.on('exit', (code) => (code === 0 ? done() : failed(new Error(said))));
    });
  return {
    brokers: `127.0.0.1:${port}`,
    up: () => services('up'),
    kill: () => process.kill(Number(readFileSync(join(folder, 'kafka.pid'), 'utf8')), 'SIGKILL'),
    down: () => services('down'),
  };
}

/** A topic with these messages, in order: one of its own, or more for the one that is named. */
export async function filledTopic(
  messages: readonly (Message & { readonly partition?: number })[],
  {
    partitions = 4,
    brokers = BROKERS,
    topic = `test-${randomUUID()}`,
  }: { readonly partitions?: number; readonly brokers?: string; readonly topic?: string } = {},
): Promise<string> {
  const client = kafka(brokers);
  await ensureTopics(client, { [topic]: partitions });
  const producer = client.producer({
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  for (let at = 0; at < messages.length; at += 250)
    await producer.send({
      topic,
      compression: kafkajs.CompressionTypes.GZIP,
      messages: messages.slice(at, at + 250),
    });
  await producer.disconnect();
  return topic;
}

/** Sends messages in a transaction and aborts it: they stand in the log and nobody reads them. */
export async function abortedMessages(topic: string, messages: readonly Message[]): Promise<void> {
  const producer = kafka(BROKERS).producer({
    transactionalId: randomUUID(),
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [...messages] });
  await transaction.abort();
  await producer.disconnect();
}

/** Messages that a topic holds, all in all. */
export async function topicEnd(topic: string, brokers = BROKERS): Promise<number> {
  const admin = kafka(brokers).admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return ends.reduce((sum, { high }) => sum + Number(high), 0);
}

/** Every message that a topic holds now. */
export async function readTopic(topic: string, brokers = BROKERS): Promise<KafkaMessage[]> {
  const client = kafka(brokers);
  const admin = client.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const open = new Map(
    ends.filter(({ high }) => high !== '0').map(({ partition, high }) => [partition, Number(high)]),
  );
  const found: KafkaMessage[] = [];
  if (open.size === 0) return found;
  const consumer = client.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ partition, message }) => {
          found.push(message);
          if (Number(message.offset) + 1 >= (open.get(partition) ?? 0)) open.delete(partition);
          if (open.size === 0) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return found;
}
