import type { KafkaSettings } from './kafka.js';
import type { StreamObserver } from './observer.js';
import type { Topics } from './topics.js';

export interface StreamOptions {
  readonly kafka: KafkaSettings;
  readonly topics: Topics;
  /** Consumer group; its members share the partitions. */
  readonly groupId: string;
  /** Symbols that are taken in; null: all. */
  readonly symbols: ReadonlySet<string> | null;
  readonly revise: boolean;
  readonly publish: boolean;
  /** Forget what is stored of the topic's offsets and read it from its beginning: bars that stand are skipped. */
  readonly resetOffsets: boolean;
  /** End when everything is taken in that the topic holds at the start. */
  readonly untilEnd: boolean;
  /** Messages of one transaction at most; 16,384. */
  readonly transactionMessages?: number;
  /** A member of the group that is silent for so long loses its partitions, ms; 30,000. */
  readonly sessionMs?: number;
  /** Ends the stream: what is under way is finished, the rest is left. */
  readonly signal: AbortSignal;
  readonly observer: StreamObserver;
  /** Epoch ms. */
  readonly now: () => number;
}

export interface StreamReport {
  /** null: the signal came before the run began. */
  readonly runId: number | null;
  readonly messages: number;
  readonly added: number;
  readonly revised: number;
  readonly duplicates: number;
  readonly computed: number;
  readonly dead: number;
  /** Messages that had expired before they could be taken in. */
  readonly lost: number;
  readonly transactions: number;
  readonly published: number;
  readonly elapsedMs: number;
}
