import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka, type KafkaConfig, type LogEntry, type Producer } from 'kafkajs';
import { UserError } from '../errors.js';
import { packInPlace } from './gzip.js';

/** Where the broker is, and who speaks to it. */
export interface KafkaSettings {
  /** HOST:PORT, one or more. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly sasl?: KafkaConfig['sasl'];
  readonly ssl?: boolean;
  /** Warnings and errors of the client. */
  readonly log?: (level: 'warn' | 'error', message: string, extra: Readonly<Record<string, unknown>>) => void;
}

packInPlace();

const TRIES = 20;
const TRY_AGAIN_MS = 250;

/** A client of the broker. Requests that fail for a while are tried again for about half a minute. */
export function createKafka(settings: KafkaSettings): Kafka {
  const { brokers, clientId, sasl, ssl = false, log } = settings;
  checkBrokers(brokers);
  return new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    ssl,
    ...(sasl === undefined ? {} : { sasl }),
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => log?.(levelOf(entry), entry.log.message, withoutText(entry)),
  });
}

/** @throws UserError */
export function checkBrokers(brokers: readonly string[]): void {
  for (const broker of brokers)
    if (!isAddress(broker))
      throw new UserError(`--brokers: '${broker}' is not HOST:PORT, the port from 1 to 65535`);
}

function isAddress(broker: string): boolean {
  const port = Number(/^[^\s/:]+:(\d{1,5})$/.exec(broker)?.[1]);
  return port >= 1 && port <= 65_535;
}

const levelOf = ({ level }: LogEntry): 'warn' | 'error' =>
  level === kafkajs.logLevel.ERROR ? 'error' : 'warn';

function withoutText({ namespace, log }: LogEntry): Record<string, unknown> {
  const { message: _, timestamp: __, logger: ___, stack: ____, ...extra } = log;
  return { namespace, ...extra };
}

/** One request at a time, so that a message that is tried again cannot overtake the next one of its key. */
export function createProducer(kafka: Kafka): Producer {
  return kafka.producer({
    allowAutoTopicCreation: false,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
}

/**
 * Runs `work` with a connection of its own, again and again while the broker says that it does not know of a topic or its
 * leader yet, as right after a topic was made.
 */
export async function administer<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const admin = kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } catch (error) {
      if (attempt === TRIES || (error as { retriable?: boolean }).retriable !== true) throw error;
    } finally {
      await admin.disconnect();
    }
    await delay(TRY_AGAIN_MS);
  }
}

/** Makes the topics that are not there. @param partitions of each */
export function ensureTopics(kafka: Kafka, topics: Readonly<Record<string, number>>): Promise<void> {
  return administer(kafka, async (admin) => {
    const there = new Set(await admin.listTopics());
    const missing = Object.entries(topics).filter(([topic]) => !there.has(topic));
    if (missing.length === 0) return;
    await admin.createTopics({
      topics: missing.map(([topic, numPartitions]) => ({ topic, numPartitions })),
      waitForLeaders: true,
    });
  });
}

/** @returns true when the broker gave no answer, so that trying again may help */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { KafkaJSConnectionError, KafkaJSBrokerNotFound, KafkaJSRequestTimeoutError } = kafkajs;
  const kinds = [KafkaJSConnectionError, KafkaJSBrokerNotFound, KafkaJSRequestTimeoutError];
  return kinds.some((kind) => error instanceof kind) || isAway(error.cause);
}

/** Ends a connection, but does not wait for ever: the client sometimes hangs on a broker that is away. */
export async function disconnectSoon(client: { disconnect(): Promise<void> }, ms = 3_000): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([client.disconnect().catch(() => {}), late]);
  clearTimeout(timer);
}
