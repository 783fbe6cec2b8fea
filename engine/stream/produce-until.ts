import type { Kafka } from 'kafkajs';
import { ensureTopics } from './kafka.js';
import { KlineProducer } from './kline-producer.js';
import { LastCall, unlessAborted } from './stopping.js';

/** Waiting for the broker's answer to what was sent when the signal came. */
const STOP_PATIENCE_MS = 5_000;

export interface ProduceSettings {
  /** Made when it is missing, with so many `partitions`. */
  readonly topic: string;
  readonly partitions: number;
  /** Ends it within seconds, whether the broker answers or not. */
  readonly signal: AbortSignal;
  /** Bars that were on their way when the signal came, and the broker did not say that it has them. */
  readonly left: (error: Error) => void;
}

/**
 * Runs `work` with a producer until it is done or the signal comes.
 *
 * @returns how many bars the broker has
 * @throws what `work` or the broker throws before the signal
 */
export async function produceUntil(
  kafka: Kafka,
  { topic, partitions, signal, left }: ProduceSettings,
  work: (producer: KlineProducer) => Promise<void>,
): Promise<number> {
  const lastCall = new LastCall(signal, STOP_PATIENCE_MS);
  let producer: KlineProducer | null = null;
  try {
    await unlessAborted(ensureTopics(kafka, { [topic]: partitions }), signal);
    producer = await KlineProducer.connect(kafka, topic, signal);
    if (!(await lastCall.waitFor(work(producer)))) left(new Error('no answer'));
  } catch (error) {
    if (!signal.aborted) throw error;
    if (producer !== null) left(error as Error);
  } finally {
    await producer?.close();
  }
  return producer?.sent ?? 0;
}
