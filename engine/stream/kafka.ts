import kafkajs, { type Kafka, type KafkaConfig, type LogEntry, type Producer } from 'kafkajs';
import { UserError } from '../errors.js';

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

/** A client of the broker. Requests that fail for a while are tried again for about half a minute. */
export function createKafka(settings: KafkaSettings): Kafka {
  const { brokers, clientId, sasl, ssl = false, log } = settings;
  for (const broker of brokers)
    if (!/^[^\s/:]+:\d{1,5}$/.test(broker)) throw new UserError(`--brokers: '${broker}' is not HOST:PORT`);
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

/** Makes the topics that are not there. @param partitions of each */
export async function ensureTopics(kafka: Kafka, topics: Readonly<Record<string, number>>): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const there = new Set(await admin.listTopics());
    const missing = Object.entries(topics).filter(([topic]) => !there.has(topic));
    if (missing.length === 0) return;
    await admin.createTopics({
      topics: missing.map(([topic, numPartitions]) => ({ topic, numPartitions })),
      waitForLeaders: true,
    });
  } finally {
    await admin.disconnect();
  }
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
