import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import type { PartitionKey } from '../../warehouse/index.js';
import { COLUMN } from '../source/kline-chunk.js';
import { createProducer, disconnectSoon, isAway } from './kafka.js';
import { klineMessage } from './kline-message.js';
import { connected } from './stopping.js';
import { MESSAGE_VERSION, messageKey } from './topics.js';

/** The client has tried for ten seconds by itself. */
const TRY_AGAIN_MS = 1_000;

/** A bar on its way to the topic. */
export interface OutgoingBar {
  readonly key: PartitionKey;
  /** Epoch ms. */
  readonly openTime: number;
  /** Where it came from: a file, `warehouse`, `websocket`, `rest`. */
  readonly source: string;
  /** The payload. */
  readonly value: string;
}

/** Row `row` of `columns` (`KLINE_COLUMNS`) as a bar to send. */
export function outgoingBar(
  key: PartitionKey,
  source: string,
  columns: readonly Float64Array[],
  row: number,
): OutgoingBar {
  return { key, openTime: columns[COLUMN.OPEN_TIME]![row]!, source, value: klineMessage(columns, row) };
}

/** Sends bars to a topic: gzip, acknowledged by all replicas, in the order in which they are given. */
export class KlineProducer {
  sent = 0;

  private constructor(
    private readonly producer: Producer,
    private readonly topic: string,
  ) {}

  /** @throws the signal's reason when it comes first */
  static async connect(
    kafka: Kafka,
    topic: string,
    signal = new AbortController().signal,
  ): Promise<KlineProducer> {
    const producer = createProducer(kafka);
    await connected(producer, signal);
    return new KlineProducer(producer, topic);
  }

  /** Resolves when the broker has all of them; one that is away is waited for. */
  async send(bars: readonly OutgoingBar[]): Promise<void> {
    if (bars.length === 0) return;
    const messages = bars.map(({ key, source, value }) => ({
      key: messageKey(key),
      value,
      headers: { source, schema: String(MESSAGE_VERSION) },
    }));
    const { GZIP } = kafkajs.CompressionTypes;
    for (;;) {
      try {
        await this.producer.send({ topic: this.topic, acks: -1, compression: GZIP, messages });
        break;
      } catch (error) {
        if (!isAway(error)) throw error;
        await delay(TRY_AGAIN_MS);
      }
    }
    this.sent += bars.length;
  }

  async close(): Promise<void> {
    await disconnectSoon(this.producer);
  }
}
