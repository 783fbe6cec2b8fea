import type { PartitionKey } from '../../warehouse/index.js';
import type { ColumnMap } from '../source/column-names.js';
import type { RejectReason } from '../source/kline-chunk.js';
import type { UnpackLimits } from '../source/unpack-limits.js';

export interface LoadOptions {
  /** Instead of what the file's name says. */
  readonly symbol?: string;
  readonly interval?: string;
  /** Rows with other values replace what stood before the file, instead of being rejected as CONFLICT. */
  readonly revise?: boolean;
  /** Epoch ms; bars that have not closed by then are rejected as OPEN_BAR. */
  readonly now: number;
  /** Which column of the files is which, where the names do not say it. */
  readonly map?: ColumnMap;
  /** How far packed files may unfold; `UNPACK_LIMITS` unless given. */
  readonly limits?: UnpackLimits;
  readonly onProgress?: (progress: LoadProgress) => void;
}

export interface LoadProgress {
  readonly source: string;
  /** Data rows of this file so far. */
  readonly read: number;
}

/** What loading one file did. `read = added + duplicates + revised + replaced + all rejected but TRUNCATED`. */
export interface LoadReport extends PartitionKey {
  readonly source: string;
  /** Of the bytes on disk, hex. */
  readonly sha256: string;
  /** Data rows: neither blank nor header. */
  readonly read: number;
  readonly added: number;
  readonly duplicates: number;
  readonly revised: number;
  /** Bars in the place of those that `resample --partial` had made of incomplete buckets. */
  readonly replaced: number;
  /** The same as `rejected.CONFLICT`. */
  readonly conflicts: number;
  /** Rows kept with a close_time earlier than normal: the same as `rejected.TRUNCATED`. */
  readonly truncated: number;
  /** Rows by reason (SPEC 2); reasons that did not occur are absent. */
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
  /** Rejects that were not yet in kline_reject. */
  readonly newRejects: number;
  /** Smallest open_time and greatest close_time of the rows that passed their own checks; null without any. */
  readonly firstOpenTime: number | null;
  readonly lastCloseTime: number | null;
  readonly elapsedMs: number;
}
