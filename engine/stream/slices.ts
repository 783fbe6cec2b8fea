import type { Batch } from 'kafkajs';
import type { StreamBatch, StreamMessage } from './dead-letter.js';

/**
 * A batch of Kafka from the stored offset on, in pieces that one transaction takes in.
 *
 * @param stored offset of the first message that is not taken in; null: none of the partition is
 * @param most messages of a piece
 */
export function* slicesOf(batch: Batch, stored: number | null, most: number): Generator<StreamBatch> {
  const { partition, messages } = batch;
  const last = Number(batch.lastOffset());
  let from = stored;
  let slice: StreamMessage[] = [];
  for (const { offset: text, key, value, timestamp } of messages) {
    const offset = Number(text);
    if (offset < (stored ?? 0)) continue;
    slice.push({ partition, offset, timestamp: Number(timestamp), key, value });
    if (slice.length < most || offset === last) continue;
    yield { partition, messages: slice, from, next: offset + 1 };
    from = offset + 1;
    slice = [];
  }
  // Control records behind the last message have offsets too.
  if (last >= (from ?? 0)) yield { partition, messages: slice, from, next: last + 1 };
}
