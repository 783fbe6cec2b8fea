import type { Kafka } from 'kafkajs';
import type { Warehouse } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import { administer } from './kafka.js';
import type { Topics } from './topics.js';

/** Offsets of a partition: of its first message that is still there, and behind its last one. */
export interface TopicEnd {
  readonly low: number;
  readonly end: number;
}

/**
 * Where the topic begins and ends, by partition.
 *
 * @throws UserError when the topic does not exist, or is another one than that of the stored offsets
 */
export async function topicEnds(
  kafka: Kafka,
  warehouse: Warehouse,
  { klines: topic }: Topics,
  resetOffsets: boolean,
): Promise<Map<number, TopicEnd>> {
  const ends = await endsOf(kafka, topic);
  const stored = await warehouse.streamOffsets(topic);
  if (resetOffsets) {
    const session = await warehouse.begin();
    const moves = stored.map(({ partition, nextOffset }) => ({ partition, expected: nextOffset, next: 0 }));
    await session.moveOffsets(topic, moves);
    await session.commit();
    return ends;
  }
  for (const { partition, nextOffset } of stored) {
    const end = ends.get(partition)?.end ?? 0;
    if (nextOffset > end)
      throw anotherTopic(topic, partition, `is taken in up to offset ${nextOffset} and ends at ${end}`);
  }
  return ends;
}

/** @param what shows that stored offsets are of an earlier topic */
export function anotherTopic(topic: string, partition: number, what: string): UserError {
  return new UserError(
    `stream: partition ${partition} of '${topic}' ${what}: it is another topic of this name; --reset-offsets reads it from its beginning`,
  );
}

function endsOf(kafka: Kafka, topic: string): Promise<Map<number, TopicEnd>> {
  return administer(kafka, async (admin) => {
    if (!(await admin.listTopics()).includes(topic))
      throw new UserError(`stream: there is no topic '${topic}'; klinemill produce makes it`);
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(
      offsets.map(({ partition, low, high }) => [partition, { low: Number(low), end: Number(high) }]),
    );
  });
}
