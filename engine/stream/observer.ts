import type { DeadLetter, StreamBatch } from './dead-letter.js';
import type { Ingested } from './ingest.js';

/** Where a stream can be interrupted: tests end the process there. */
export type StreamPoint = 'before-transaction' | 'in-transaction' | 'after-commit' | 'before-offset-commit';

/** Time that a transaction spent, ms, by part. */
export interface CommitParts {
  readonly decodeMs: number;
  readonly openMs: number;
  readonly computeMs: number;
  readonly ledgerMs: number;
  readonly commitMs: number;
}

/** Who watches a stream: logs, metrics, tests. Every part may be absent. */
export interface StreamObserver {
  /** A transaction is committed. */
  committed?(batches: readonly StreamBatch[], ingested: Ingested, parts: CommitParts): void;
  /** A dead letter is sent; it may be sent again when its transaction fails. */
  dead?(letter: DeadLetter): void;
  /** Something failed and is tried again. */
  retry?(what: string, error: Error, waitMs: number): void;
  /** Something failed, or gave no answer, when the stream was to end: the next one does it. */
  left?(what: string, error: Error): void;
  /** Messages from `offset` on had expired before they could be taken in. */
  lost?(partition: number, offset: number, messages: number): void;
  /** Something has brought no result for some seconds: a warehouse that is away or hangs, or much work. */
  waiting?(what: string): void;
  published?(predictions: number): void;
  /** True while messages are taken in: the group is joined, and nothing is tried again or waited for. */
  ready?(isReady: boolean): void;
  /** Messages of a partition that are not taken in yet; null: the partition is another member's. */
  lag?(partition: number, messages: number | null): void;
  reached?(point: StreamPoint): void;
}
