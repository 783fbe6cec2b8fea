import type { CheckResult, Warehouse } from '../warehouse/index.js';

/** Something that was asked for and cannot be done: the message goes to the caller. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** How far a job is. */
export interface JobProgress {
  readonly barsDone: number;
  readonly barsPlanned: number | null;
}

/** What came of a job. */
export interface JobOutcome {
  /** In the ledger; null: nothing was to do. */
  readonly runId: number | null;
  readonly detail: string;
}

export interface RecomputeRequest {
  readonly symbol?: string | undefined;
  readonly interval?: string | undefined;
  readonly strategy?: string | undefined;
  readonly force?: boolean | undefined;
}

export interface MineRequest {
  readonly symbol?: string;
  readonly interval?: string;
  readonly strategy?: string;
  readonly side?: 'BUY' | 'SELL';
  readonly from?: number;
  readonly to?: number;
  readonly min_support?: number;
  readonly max_length?: number;
  readonly min_confidence?: number;
}

export interface ImportedStrategy {
  readonly strategy: string;
  readonly version: number;
  readonly created: boolean;
  readonly warnings: readonly string[];
}

/** A stage of a partition. */
export interface StageRow {
  readonly symbol: string;
  readonly interval: string;
  readonly stage: 'indicators' | 'strategy';
  readonly strategy: string | null;
  readonly version: number | null;
  readonly rows: number;
  readonly last_close_time: number | null;
  readonly run_id: number | null;
  readonly is_stale: boolean;
  readonly reason: string | null;
}

/** What the server has done by others: it knows the warehouse only. Whoever starts it wires this. */
export interface EnginePort {
  /**
   * @param onProgress told as bars are written; what it throws ends the work, and what was under way is rolled back
   * @throws RefusedError when it cannot be done as asked
   */
  recompute(request: RecomputeRequest, onProgress: (progress: JobProgress) => void): Promise<JobOutcome>;
  /** @throws RefusedError when there is nothing to mine */
  mine(request: MineRequest): Promise<JobOutcome>;
  /** @throws RefusedError that says what is wrong with the document */
  importStrategy(document: string): Promise<ImportedStrategy>;
  /** Everything behind one prediction. @throws RefusedError when there is none of that id */
  explain(predictionId: string): Promise<object>;
  stages(): Promise<readonly StageRow[]>;
  /** Data quality, without rows. */
  checks(): Promise<readonly CheckResult[]>;
}

/** How much the server takes on. */
export interface Limits {
  /** Requests that are computed at a time, and those that may wait for it. */
  readonly running: number;
  readonly waiting: number;
  /** Downloads and event streams at a time. */
  readonly downloads: number;
  readonly streams: number;
  readonly bodyBytes: number;
  /** Time to compute an answer, and for a client to take a piece of a download, ms. */
  readonly answerMs: number;
  readonly stallMs: number;
  /** Answers that are kept, bytes in all. */
  readonly cacheBytes: number;
  /** How long the ledger's state is believed before it is read again, ms. */
  readonly generationMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  running: 8,
  waiting: 256,
  downloads: 4,
  streams: 64,
  bodyBytes: 256 * 1024,
  answerMs: 60_000,
  stallMs: 10_000,
  cacheBytes: 64 * 1024 * 1024,
  generationMs: 200,
};

/** What an app is made of. */
export interface ServerDeps {
  readonly warehouse: Warehouse;
  readonly engine: EnginePort;
  /** Of the program: a part of every ETag. */
  readonly version: string;
  /** null: writes are off. */
  readonly token: string | null;
  /** Folder of the built dashboard; null: there is none. */
  readonly dashboard: string | null;
  /** Host names that requests may name; null: any. A page elsewhere that resolves to this machine is kept out by it. */
  readonly hosts: readonly string[] | null;
  readonly limits?: Partial<Limits>;
  /** Takes a line about what went wrong; answers do not tell. */
  readonly log: (line: string) => void;
}
