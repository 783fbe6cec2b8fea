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

/** What a stream has done so far. */
export interface StreamCounts {
  messages: number;
  added: number;
  revised: number;
  duplicates: number;
  computed: number;
  dead: number;
  /** Messages that had expired before they could be taken in. */
  lost: number;
  transactions: number;
  published: number;
}

export interface StreamReport extends Readonly<StreamCounts> {
  /** null: the signal came before the run began. */
  readonly runId: number | null;
  readonly elapsedMs: number;
}

/** Nothing yet. */
export const noCounts = (): StreamCounts => ({
  messages: 0,
  added: 0,
  revised: 0,
  duplicates: 0,
  computed: 0,
  dead: 0,
  lost: 0,
  transactions: 0,
  published: 0,
});
