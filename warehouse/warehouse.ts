import type { RecordBatch } from 'apache-arrow';
import type { AnalyticsSession } from './analytics/session.js';
import type { StrategyDocument, StrategyRecord } from './strategy.js';

/** A partition of klines (SPEC 2). */
export interface PartitionKey {
  readonly symbol: string;
  readonly interval: string;
}

/** Half-open `[from, to)` on the table's time column (close_time and its namesakes), epoch ms UTC. */
export interface TimeRange {
  readonly from?: number;
  readonly to?: number;
}

/** What is loaded of a partition. */
export interface PartitionState extends PartitionKey {
  readonly rows: number;
  readonly firstCloseTime: number;
  readonly lastCloseTime: number;
}

/**
 * One change of market truth: bars of `[fromTime, toTime]` (close times, both included) were added, revised or forgotten.
 * `seq` rises with every change in the warehouse; a head remembers the seq that it has seen.
 */
export interface KlineChange extends PartitionKey {
  readonly seq: number;
  readonly runId: number;
  readonly fromTime: number;
  readonly toTime: number;
  readonly added: number;
  readonly revised: number;
}

/** The newest change of a partition that somebody knows of. */
export type KnownChange = PartitionKey & Pick<KlineChange, 'seq'>;

/** How far a stage of a partition is. `strategyId` null: the indicators. */
export interface Head extends PartitionKey {
  readonly strategyId: number | null;
  /** The newest change of the partition's klines that this head has taken into account. */
  readonly seq: number;
  /** The same of finer intervals of the symbol, whose bars decide contested exits (SPEC 6). */
  readonly finerSeq: number;
  readonly rows: number;
  readonly lastCloseTime: number;
  /** Kernel version by code, and for strategies by condition, scoring and confirm too: what the facts were made with. */
  readonly versions: Readonly<Record<string, string>>;
  readonly runId: number;
}

/** How far the derivation of a partition from a finer interval is. */
export interface ResampleHead extends PartitionKey {
  /** Finer interval that `interval` is derived from. */
  readonly source: string;
  /** The newest change of klines (of any partition) taken into account for complete buckets. */
  readonly seq: number;
  /** The same for incomplete ones; 0: they were never asked for. */
  readonly partialSeq: number;
  /** Of the resampling that made the bars. */
  readonly version: number;
  readonly runId: number;
}

/** Klines of `rows` bars ending at `closeTime`, and what the kernels carried out of them (SPEC 9: blocks of 1,024 bars). */
export interface LineageBlock {
  /** Absolute number of rows of the partition up to and with this block. */
  readonly rows: number;
  /** close_time of the block's last bar. */
  readonly closeTime: number;
  /** SHA-256 over the block's klines, hex. */
  readonly klineHash: string;
  /** Kernel accumulators after the block's last bar; null for the last, incomplete block. */
  readonly state: Float64Array | null;
}

/** Open trades of a strategy after the bar at `closeTime`. */
export interface TradeCheckpoint {
  readonly closeTime: number;
  readonly state: Float64Array;
}

/** How far a Kafka partition is taken in. */
export interface StreamOffset {
  readonly partition: number;
  /** Offset of the first message that is not taken in. */
  readonly nextOffset: number;
}

/** A step of a Kafka partition. */
export interface OffsetMove {
  readonly partition: number;
  /** What must stand; null: nothing does. */
  readonly expected: number | null;
  readonly next: number;
}

/** How far the predictions of a strategy on a partition are published. */
export interface OutboxPosition extends PartitionKey {
  readonly strategyId: number;
  /** `predicting_at` up to which they are published. */
  readonly publishedTo: number;
  /** Of what is published from there on; rises when bars are computed again. */
  readonly revision: number;
}

/** Missing bars between present ones: open times, `[fromTime, toTime)`. */
export interface KlineGap {
  readonly fromTime: number;
  readonly toTime: number;
  readonly missing: number;
}

/** Bars behind the last one of a partition, with every fact of them. Batches as for the appends of one table. */
export interface BarAppend extends PartitionKey {
  readonly klines: RecordBatch;
  /** All codes. */
  readonly indicators: RecordBatch;
  readonly strategies: readonly {
    readonly strategyId: number;
    readonly predictions: RecordBatch;
    readonly results: RecordBatch;
  }[];
  /** Gaps that end at one of these bars. */
  readonly gaps: readonly KlineGap[];
}

/**
 * A partition that has grown by bars whose facts are written: its change, its unfinished lineage block, its heads. The
 * cheap form of `recordKlineChange`, `replaceLineage` and `setHead` for rows that stand already.
 */
export interface Advance extends PartitionKey {
  /** The change that grows; it gets a new number, so that whoever has seen it looks again. */
  readonly change: number;
  readonly added: number;
  /** The unfinished block, in the place of the one that stands, which has `added` rows fewer. */
  readonly block: Omit<LineageBlock, 'state'>;
  /** So many heads, all that are as far as the partition was, move to the change's new number. */
  readonly heads: number;
}

/** Why a kline row was not taken (SPEC 2). */
export interface KlineReject extends PartitionKey {
  readonly source: string;
  readonly sha256: string;
  readonly line: number;
  readonly reason: string;
  readonly raw: string;
}

export interface RunRecord {
  readonly runId: number;
  /** load, download, resample, recompute, stream, import, forget, mine. */
  readonly kind: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  /** RUNNING, DONE, FAILED; a RUNNING one whose process is gone was killed. */
  readonly status: string;
  readonly detail: string;
}

/** One committed piece of work, written in the transaction of its rows. */
export interface TaskRecord extends PartitionKey {
  readonly runId: number;
  /** load, resample, indicators, strategy, refine. */
  readonly stage: string;
  readonly strategyId: number | null;
  /** Close times of the range that was replaced, both included. */
  readonly fromTime: number;
  readonly toTime: number;
  readonly bars: number;
  readonly rowsWritten: number;
  /** Codes written; all kernel versions that the rows descend from. */
  readonly codes: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  /** Why it was stale: new bars, revised bars, new strategy version, kernel version, forced. */
  readonly reason: string;
  /** SHA-256 over the kline hashes of the blocks of the range, hex; null for load. */
  readonly klineHash: string | null;
  readonly elapsedMs: number;
}

/** What the warehouse must know of codes and intervals; the composition root hands it over (it imports no kernel). */
export interface Catalog {
  readonly codes: readonly {
    readonly code: string;
    readonly number: number;
    readonly title: string;
    readonly kernel: string;
    readonly version: number;
    readonly params: Readonly<Record<string, number>>;
    readonly lookback: number;
  }[];
  readonly intervals: readonly { readonly interval: string; readonly durationMs: number }[];
}

/** The five facts, as `export`, `verify` and the checksums name them. */
export const FACT_TABLES = [
  'fact_kline',
  'fact_indicator',
  'fact_metric_value',
  'fact_prediction',
  'fact_prediction_result',
] as const;
export type FactTable = (typeof FACT_TABLES)[number];

/** One partition of one fact: rows and checksum (SPEC 9). `strategy` and `version` are null for market facts. */
export interface PartitionChecksum extends PartitionKey {
  readonly table: FactTable;
  readonly strategy: string | null;
  readonly version: number | null;
  readonly rows: number;
  readonly checksum: string;
}

/** A stored row by column name: numbers of every kind as numbers, NULL as null, blobs as bytes. */
export type TableRow = Readonly<Record<string, string | number | null | Uint8Array>>;

/**
 * Rows that meet every condition, by column of numbers: equal to a number, NULL, one of a list (an empty one: no row), or
 * in a half-open range. No condition: every row.
 */
export type RowFilter = Readonly<Record<string, number | null | readonly number[] | TimeRange>>;

/**
 * The warehouse as it stood at one moment, whatever is committed meanwhile. One scan at a time. What it offers is what a
 * replica or a copy reads.
 */
export interface Snapshot
  extends Pick<Warehouse, 'scanKlines' | 'scanIndicators' | 'scanPredictions' | 'scanResults' | 'checksums'> {
  /**
   * Rows of a table as they are stored, ids included, in the order of its grain; some at a time. For tables without bulk.
   *
   * @param columns default: all of the schema
   * @throws Error for an unknown table or column, naming the allowed ones
   */
  readRows(table: string, filter: RowFilter, columns?: readonly string[]): AsyncIterable<readonly TableRow[]>;
  close(): Promise<void>;
}

/**
 * Facts at rest. One contract, two backends; the suite is `warehouse.case.ts`. Batches are Arrow record batches made by
 * `makeBatch` with the column lists of `schema/`; rows come in time order.
 */
export interface Warehouse {
  /** Without a password. */
  readonly url: string;
  /**
   * Bars that a transaction may take together before it is worth committing. A backend that writes small transactions
   * twice (into its log, then into place) names many; one that holds locks until the commit names 1: every
   * write in a transaction of its own.
   */
  readonly transactionBars: number;

  /** Applies pending migrations and the catalog (codes become columns and dimension rows). Idempotent. */
  migrate(catalog: Catalog): Promise<{ readonly applied: readonly string[]; readonly version: number }>;
  /**
   * Gives memory back to the system that was needed for a while and is free now, whoever in this process has used it; some
   * 10 ms for a large one. Nothing where the facts are not kept in this process.
   */
  trim(): Promise<void>;
  /** What ended some work: a WarehouseFailedError where trying it again would not help, or the error itself. */
  failure(error: Error): Error;
  close(): Promise<void>;

  // What is there
  partitions(): Promise<PartitionState[]>;
  /** Changes with `seq > since`, oldest first. */
  klineChanges(since: number): Promise<KlineChange[]>;
  /** The newest committed change of every partition that has one, also those that `klineChanges` does not show yet. */
  newestChanges(): Promise<readonly KnownChange[]>;
  heads(): Promise<Head[]>;
  resampleHeads(): Promise<ResampleHead[]>;
  strategies(): Promise<StrategyRecord[]>;
  runs(limit: number): Promise<RunRecord[]>;
  tasks(runId: number): Promise<TaskRecord[]>;

  // Scans in time order, at most `batchRows` rows a batch
  /** Columns `KLINE_COLUMNS`. `shared` puts them on SharedArrayBuffers, one a batch. */
  scanKlines(key: PartitionKey, range: TimeRange, options?: ScanOptions): AsyncIterable<RecordBatch>;
  /** Columns `DERIVATION_COLUMNS`: the bars of `range` that were derived. */
  scanDerivations(key: PartitionKey, range: TimeRange): AsyncIterable<RecordBatch>;
  /** `close_time` and one column a code, NaN where unknown. */
  scanIndicators(
    key: PartitionKey,
    codes: readonly string[],
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch>;
  /** Columns `PREDICTION_COLUMNS`. */
  scanPredictions(
    strategyId: number,
    key: PartitionKey,
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch>;
  /** Columns `RESULT_COLUMNS`, by predicting_at. */
  scanResults(
    strategyId: number,
    key: PartitionKey,
    range: TimeRange,
    options?: ScanOptions,
  ): AsyncIterable<RecordBatch>;
  /** Klines of `key` with a close_time in one of the ranges `[from[i], to[i])`, which are sorted and disjoint. */
  scanKlinesWithin(key: PartitionKey, from: Float64Array, to: Float64Array): AsyncIterable<RecordBatch>;

  // Lineage
  /** Blocks of the partition, in order, without states. */
  lineage(key: PartitionKey): Promise<LineageBlock[]>;
  /** The last complete block with `closeTime < before`, with its state; null: start from the first row. */
  checkpoint(key: PartitionKey, before: number): Promise<LineageBlock | null>;
  tradeCheckpoint(strategyId: number, key: PartitionKey, closeTime: number): Promise<TradeCheckpoint | null>;

  /** Holds a moment of the warehouse for reading until it is closed. */
  snapshot(): Promise<Snapshot>;
  // Streaming
  streamOffsets(topic: string): Promise<StreamOffset[]>;
  outboxPositions(): Promise<OutboxPosition[]>;

  // Writing
  /** Opens a transaction of its own. Sessions on different partitions may be open at once. */
  begin(): Promise<WriteSession>;
  startRun(kind: string, detail: string, startedAt: number): Promise<number>;
  finishRun(runId: number, status: 'DONE' | 'FAILED', detail: string, finishedAt: number): Promise<void>;
  /** Same content hash as the newest version: changes nothing and says so. */
  importStrategy(
    document: StrategyDocument,
    contentHash: string,
    importedAt: number,
  ): Promise<{ readonly version: number; readonly created: boolean }>;
  setStrategyEnabled(strategy: string, isEnabled: boolean): Promise<void>;

  // Reading for people: see reads/
  checksums(filter: {
    readonly symbol?: string;
    readonly interval?: string;
    readonly strategy?: string;
  }): AsyncIterable<PartitionChecksum>;
  /** Logical rows of a table in grain order as Arrow batches, NULL as Arrow null (SPEC 11). @throws on an unknown table */
  exportTable(table: string, range: TimeRange): AsyncIterable<RecordBatch>;
  /**
   * Runs `work` in DuckDB, on a snapshot and with temporary tables of its own, which are gone afterwards. The readers of
   * analytics/ stand on it.
   */
  analyse<T>(work: (session: AnalyticsSession) => Promise<T>): Promise<T>;
  /**
   * The same for a short look that makes no table and hands everything back at once. It is done again when something was
   * committed meanwhile, which costs less than a transaction each time.
   */
  glance<T>(work: (session: AnalyticsSession) => Promise<T>): Promise<T>;
  /** Runs one read-only statement; numbers as numbers, NULL as null. */
  query(sql: string): Promise<{ readonly columns: readonly string[]; readonly rows: readonly unknown[][] }>;
}

export interface ScanOptions {
  readonly batchRows?: number;
  readonly shared?: boolean;
}

/** One transaction. Nothing is visible to others before `commit`. Every batch is given in time order. */
export interface WriteSession {
  /** As `Warehouse.scanKlines`, and sees this session's own rows. */
  scanKlines(key: PartitionKey, range: TimeRange, options?: ScanOptions): AsyncIterable<RecordBatch>;
  /** Rows whose keys do not exist yet (the caller has looked). Makes the symbol's dimension row. */
  appendKlines(key: PartitionKey, batch: RecordBatch): Promise<void>;
  /**
   * Replaces rows by close_time and keeps the old ones in kline_revision. What was derived among them is so no longer.
   */
  reviseKlines(key: PartitionKey, batch: RecordBatch, runId: number): Promise<void>;
  /** As `Warehouse.scanDerivations`, and sees this session's own rows. */
  scanDerivations(key: PartitionKey, range: TimeRange): AsyncIterable<RecordBatch>;
  /**
   * Writes derived bars, in the place of those with the same close_time (which are not kept: they can be made again).
   *
   * @param derivations columns `DERIVATION_COLUMNS`, a row for each of `klines`
   */
  putDerivedKlines(key: PartitionKey, klines: RecordBatch, derivations: RecordBatch): Promise<void>;
  /** Writes loaded bars in the place of derived ones with the same close_time (which are not kept). */
  replaceDerivedKlines(key: PartitionKey, klines: RecordBatch): Promise<void>;
  setResampleHead(head: ResampleHead): Promise<void>;
  /** Key (sha256, line, reason): known ones are dropped. Returns how many were new. */
  appendRejects(rejects: readonly KlineReject[]): Promise<number>;
  /** Finds the gaps between present bars again, over the whole partition. */
  refreshGaps(key: PartitionKey): Promise<void>;
  recordKlineChange(change: Omit<KlineChange, 'seq'>): Promise<number>;
  /** Removes a partition with everything that descends from it, rejects, revisions and gaps included. */
  forget(key: PartitionKey): Promise<void>;

  /** Deletes indicator rows with close_time >= from, so that `appendIndicators` can write all codes. */
  clearIndicators(key: PartitionKey, from: number): Promise<void>;
  /** `close_time` and one column for every code of the catalog. */
  appendIndicators(key: PartitionKey, batch: RecordBatch): Promise<void>;
  /** `close_time` and some codes: replaces these columns of existing rows. */
  updateIndicators(key: PartitionKey, codes: readonly string[], batch: RecordBatch): Promise<void>;
  /** Deletes predictions with predicting_at >= from, and results of those and of the trades named in `openTrades`. */
  clearPredictions(
    strategyId: number,
    key: PartitionKey,
    from: number,
    openTrades: Float64Array,
  ): Promise<void>;
  appendPredictions(strategyId: number, key: PartitionKey, batch: RecordBatch): Promise<void>;
  appendResults(strategyId: number, key: PartitionKey, batch: RecordBatch): Promise<void>;
  /** Deletes the results of these predictions (predicting_at). */
  clearResults(strategyId: number, key: PartitionKey, predictingAt: Float64Array): Promise<void>;

  /** Deletes blocks that end at or after `from` (close_time) and appends these. */
  replaceLineage(key: PartitionKey, from: number, blocks: readonly LineageBlock[]): Promise<void>;
  replaceTradeCheckpoints(
    strategyId: number,
    key: PartitionKey,
    from: number,
    checkpoints: readonly TradeCheckpoint[],
  ): Promise<void>;
  setHead(head: Head): Promise<void>;
  /**
   * Those of these partitions that have a change behind the newest one that the caller knows of (0: none). All of them are
   * this session's alone from now on.
   */
  movedSince<Known extends KnownChange>(known: readonly Known[]): Promise<Known[]>;
  recordTask(task: TaskRecord): Promise<void>;

  // Rows as they are stored, for who mirrors another warehouse. Ids are the caller's; those given out after the commit
  // are higher, and symbols of dim_symbol are known only then.
  /** Appends rows with every column of the table. @throws Error for an unknown table, a missing column */
  appendRows(table: string, rows: readonly TableRow[]): Promise<void>;
  /** Deletes what meets the filter; returns how many rows. @throws Error for an unknown table or column */
  deleteRows(table: string, filter: RowFilter): Promise<number>;
  /** As `appendKlines`, `appendIndicators` and so on for several partitions at once: one round trip a table. */
  appendBars(parts: readonly BarAppend[]): Promise<void>;
  /** As the single steps for several partitions at once. Returns the new number of each change. */
  advance(steps: readonly Advance[]): Promise<readonly number[]>;
  /**
   * Moves the offsets of Kafka partitions, each from `expected`.
   *
   * @returns false when another one stands somewhere: someone else consumes that partition; the transaction must be undone
   */
  moveOffsets(topic: string, moves: readonly OffsetMove[]): Promise<boolean>;
  /** A position of a lower revision than the one that stands changes nothing: it is what another consumer has left behind. */
  setOutboxPositions(positions: readonly OutboxPosition[]): Promise<void>;

  commit(): Promise<void>;
  /** Undoes everything. Safe after a failed commit. */
  rollback(): Promise<void>;
}
