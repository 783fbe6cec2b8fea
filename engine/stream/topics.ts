import type { PartitionKey } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import { INTERVAL_NAMES } from '../interval.js';
import { isSymbol } from '../symbol.js';

/** Topics of the stream. */
export interface Topics {
  readonly klines: string;
  /** Messages that cannot be taken in, as they came, with the reason in their headers. */
  readonly deadLetters: string;
  readonly predictions: string;
}

export const TOPICS: Topics = {
  klines: 'market.kline.v1',
  deadLetters: 'market.kline.v1.dlq',
  predictions: 'market.prediction.v1',
};

/** @throws UserError when two are one: a stream would take in what it writes */
export function checkTopics(topics: Topics): void {
  const names = Object.values<string>({ ...topics });
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UserError(
      `stream: the topics of klines, dead letters (TOPIC.dlq) and predictions must differ; '${twice}' is two of them`,
    );
}

/** Version of the messages' form: `v` in them and the header `schema`. */
export const MESSAGE_VERSION = 1;

/** Key of a series' messages: all of them lie in one Kafka partition, in order. */
export function messageKey({ symbol, interval }: PartitionKey): string {
  return `${symbol}|${interval}`;
}

/** The series that a key names; null when it is not `SYMBOL|interval`. */
export function seriesOfKey(key: string): PartitionKey | null {
  const at = key.lastIndexOf('|');
  const symbol = key.slice(0, Math.max(at, 0));
  const interval = key.slice(at + 1);
  if (!isSymbol(symbol) || symbol.includes('|') || !INTERVAL_NAMES.includes(interval)) return null;
  return { symbol, interval };
}
