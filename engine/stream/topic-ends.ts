import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { Warehouse } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import type { Topics } from './topics.js';

const TRIES = 20;
const TRY_AGAIN_MS = 250;

/**
 * Offsets behind the last message by partition.
 *
 * @throws UserError when the topic does not exist, or is another one than that of the stored offsets
 */
export async function topicEnds(
  kafka: Kafka,
  warehouse: Warehouse,
  { klines: topic }: Topics,
  resetOffsets: boolean,
): Promise<Map<number, number>> {
  const ends = await endsOf(kafka, topic);
  const stored = await warehouse.streamOffsets(topic);
  if (resetOffsets) {
    const session = await warehouse.begin();
    const moves = stored.map(({ partition, nextOffset }) => ({ partition, expected: nextOffset, next: 0 }));
    await session.moveOffsets(topic, moves);
    await session.commit();
    return ends;
  }
  for (const { partition, nextOffset } of stored)
    if (nextOffset > (ends.get(partition) ?? 0))
      throw new UserError(
        `stream: partition ${partition} of '${topic}' is taken in up to offset ${nextOffset} and ends at ${ends.get(partition) ?? 0}: it is another topic of this name; --reset-offsets reads it from its beginning`,
      );
  return ends;
}

/** Asks again while the broker has no leader for a partition yet, as right after a topic was made. */
async function endsOf(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  for (let attempt = 1; ; attempt++) {
    const admin = kafka.admin();
    await admin.connect();
    try {
      if (!(await admin.listTopics()).includes(topic))
        throw new UserError(`stream: there is no topic '${topic}'; klinemill produce makes it`);
      const offsets = await admin.fetchTopicOffsets(topic);
      return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
    } catch (error) {
      if (attempt === TRIES || (error as { retriable?: boolean }).retriable !== true) throw error;
    } finally {
      await admin.disconnect();
    }
    await delay(TRY_AGAIN_MS);
  }
}
