import type { PartitionKey } from '../../warehouse/index.js';
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
