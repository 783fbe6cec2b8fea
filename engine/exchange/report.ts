import type { LoadReport } from '../load/report.js';
import type { Stretch } from './coverage.js';
import type { Instrument } from './market.js';

/** Why bars that were asked for are not in the warehouse. */
export const MISSING_REASONS = ['not_listed', 'outage', 'no_bars', 'failed'] as const;
export type MissingReason = (typeof MISSING_REASONS)[number];

/** Bars that are not there, as a stretch of open times. */
export interface MissingBars extends Stretch {
  readonly bars: number;
  /**
   * not_listed: before the first bar. outage: between present bars. no_bars: behind the last one, the exchange has none
   * (delisted, or not published yet). failed: see the failures.
   */
  readonly reason: MissingReason;
}

/** Something that could not be fetched or loaded, in all its tries. */
export interface DownloadFailure extends Stretch {
  readonly url: string;
  readonly reason: string;
}

/** A dump of which other bytes are published than those that are known here. */
export interface ChangedDump {
  readonly url: string;
  /** Of the bytes that this warehouse has loaded; where it has not, of the file in the cache. */
  readonly knownSha256: string;
  readonly publishedSha256: string;
  /** True: what is published was loaded. */
  readonly isReplaced: boolean;
}

/** What a download did for one instrument and interval. */
export interface PartitionReport extends Instrument {
  readonly interval: string;
  /** Open times that were asked for, closed bars only; `from >= to`: none. */
  readonly range: Stretch;
  /** Of everything that was loaded, in time order. */
  readonly loads: readonly LoadReport[];
  /** Dumps that came over the network, and that were in the cache. */
  readonly fetched: number;
  readonly cached: number;
  readonly restPages: number;
  readonly missing: readonly MissingBars[];
  readonly failures: readonly DownloadFailure[];
  readonly changed: readonly ChangedDump[];
}

export interface DownloadReport {
  readonly runId: number;
  readonly partitions: readonly PartitionReport[];
  readonly elapsedMs: number;
}

export interface DownloadProgress {
  /** Pieces (dumps, stretches of the API) that are done, and that are known to be needed so far. */
  readonly done: number;
  readonly planned: number;
  /** Bars added so far. */
  readonly added: number;
}
