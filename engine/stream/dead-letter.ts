import type { RowReason } from '../source/kline-chunk.js';
import type { MessageFault } from './kline-message.js';

/** Why a message is not taken in: its form, its key, or what SPEC 2 says of its values. */
export type DeadReason = MessageFault['reason'] | 'KEY' | 'SYMBOL' | 'CONFLICT' | Exclude<RowReason, 'PARSE'>;

/** A message as it came. */
export interface StreamMessage {
  readonly partition: number;
  readonly offset: number;
  /** When it was produced, epoch ms. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** Messages of one Kafka partition that follow each other. */
export interface StreamBatch {
  readonly partition: number;
  readonly messages: readonly StreamMessage[];
  /** Offset that is stored when they come; null: none is. */
  readonly from: number | null;
  /** Offset behind them. */
  readonly next: number;
}

/** A message that goes to the dead letters. */
export interface DeadLetter {
  readonly message: StreamMessage;
  readonly reason: DeadReason;
  readonly detail: string;
}

/** Longest payload and key that a dead letter carries; a broker refuses messages, and batches of them, of more than 1 MB. */
const PAYLOAD_LIMIT = 1 << 19;
const KEY_LIMIT = 1 << 16;
const SEND_LIMIT = 3 << 18;
/** More than the headers of a dead letter take. */
const HEADER_BYTES = 1_024;

/** The Kafka message of a dead letter: key and payload as they came, the rest in headers. */
function deadLetterMessage(topic: string, { message, reason, detail }: DeadLetter) {
  const { partition, offset, key, value } = message;
  return {
    key: key?.subarray(0, KEY_LIMIT) ?? null,
    value: value?.subarray(0, PAYLOAD_LIMIT) ?? null,
    headers: {
      reason,
      detail,
      topic,
      partition: String(partition),
      offset: String(offset),
      bytes: String(value?.length ?? 0),
    },
  };
}

/** The messages of dead letters in pieces that the broker takes at once. */
export function* deadLetterSends(
  topic: string,
  letters: readonly DeadLetter[],
): Generator<ReturnType<typeof deadLetterMessage>[]> {
  let bytes = 0;
  let messages: ReturnType<typeof deadLetterMessage>[] = [];
  for (const letter of letters) {
    const message = deadLetterMessage(topic, letter);
    const own = (message.key?.length ?? 0) + (message.value?.length ?? 0) + HEADER_BYTES;
    if (messages.length > 0 && bytes + own > SEND_LIMIT) {
      yield messages;
      bytes = 0;
      messages = [];
    }
    bytes += own;
    messages.push(message);
  }
  if (messages.length > 0) yield messages;
}
