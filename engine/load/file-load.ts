import type { RecordBatch } from 'apache-arrow';
import {
  KLINE_COLUMNS,
  type KlineReject,
  makeBatch,
  numbers,
  type PartitionKey,
  type WriteSession,
} from '../../warehouse/index.js';
import { durationOf, gridOffset } from '../interval.js';
import { provisionalTimes } from '../resample/buckets.js';
import type { ByteSource } from '../source/file.js';
import { COLUMN, type KlineChunk, type RejectReason, type RowReject } from '../source/kline-chunk.js';
import type { KlineSource } from '../source/kline-source.js';
import { readKlines } from '../source/klines.js';
import { ChunkMerge, OUTCOME, pick } from './merge.js';
import { loadReason } from './reason.js';
import type { LoadOptions, LoadReport } from './report.js';
import { GridBits } from './seen-keys.js';

/** Rejects held back until the hash of the file is known; more than that and the file is hashed ahead of its time. */
const HELD_REJECTS = 50_000;

/** The load of one file inside its transaction. */
export class FileLoad {
  private readonly startedAt = performance.now();
  private readonly durationMs: number;
  private readonly seen: GridBits | null;
  private held: RowReject[] = [];
  private read = 0;
  private added = 0;
  private duplicates = 0;
  private revised = 0;
  private replaced = 0;
  /** Close times of bars that were derived from incomplete buckets; null: not asked for yet. */
  private provisional: Set<number> | null = null;
  private newRejects = 0;
  /** No bar stands after it, as far as is known; null before the look that says so. */
  private standsUntil: number | null = null;
  private readonly rejected: Partial<Record<RejectReason, number>> = {};
  private firstOpenTime = Number.POSITIVE_INFINITY;
  private lastCloseTime = Number.NEGATIVE_INFINITY;
  // Close times of what was added or revised.
  private changedFrom = Number.POSITIVE_INFINITY;
  private changedTo = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly session: WriteSession,
    private readonly runId: number,
    private readonly source: ByteSource | KlineSource,
    private readonly key: PartitionKey,
    private readonly options: LoadOptions,
  ) {
    this.durationMs = durationOf(key.interval);
    this.seen = options.revise === true ? new GridBits(this.durationMs) : null;
  }

  async run(): Promise<LoadReport> {
    const { session, source, key, durationMs } = this;
    const { now, map } = this.options;
    const rules = {
      durationMs,
      gridOffset: gridOffset(durationMs),
      now,
      ...(map === undefined ? {} : { map }),
    };
    const chunks = 'klines' in source ? source.klines(rules) : readKlines(source, rules);
    for await (const chunk of chunks) {
      await this.take(chunk);
      this.options.onProgress?.({ source: source.name, read: this.read });
    }
    const sha256 = await source.sha256();
    if (sha256 === null) throw new Error(`load: the hash of '${source.name}' is not known after its end`);
    await this.writeRejects(sha256);
    if (this.added > 0) await session.refreshGaps(key);
    const changed = this.revised + this.replaced;
    if (this.added + changed > 0)
      await session.recordKlineChange({
        ...key,
        runId: this.runId,
        fromTime: this.changedFrom,
        toTime: this.changedTo,
        added: this.added,
        revised: changed,
      });
    const elapsedMs = performance.now() - this.startedAt;
    if (Number.isFinite(this.firstOpenTime))
      await session.recordTask({
        ...key,
        runId: this.runId,
        stage: 'load',
        strategyId: null,
        fromTime: this.firstOpenTime + durationMs - 1,
        toTime: this.lastCloseTime,
        bars: this.read,
        rowsWritten: this.added + changed,
        codes: [],
        versions: {},
        reason: loadReason(source.name, sha256),
        klineHash: null,
        elapsedMs,
      });
    return this.report(sha256, elapsedMs);
  }

  private async take(chunk: KlineChunk): Promise<void> {
    const { session, key } = this;
    const { columns, rows } = chunk;
    for (const reject of chunk.rejects) this.reject(reject);
    this.read += rows + chunk.rejects.length;
    if (rows > 0) {
      const merge = await this.merge(chunk);
      await this.count(chunk, merge);
      const added = pick(merge, columns, OUTCOME.ADD);
      if (added.rows > 0)
        await session.appendKlines(key, makeBatch(KLINE_COLUMNS, added.columns, added.rows));
      const revised = pick(merge, columns, OUTCOME.REVISE);
      if (revised.rows > 0)
        await session.reviseKlines(key, makeBatch(KLINE_COLUMNS, revised.columns, revised.rows), this.runId);
      const replaced = pick(merge, columns, OUTCOME.REPLACE);
      if (replaced.rows > 0)
        await session.replaceDerivedKlines(key, makeBatch(KLINE_COLUMNS, replaced.columns, replaced.rows));
      for (const closeTime of replaced.columns[COLUMN.CLOSE_TIME]!.subarray(0, replaced.rows))
        this.provisional!.delete(closeTime);
      this.added += added.rows;
      this.revised += revised.rows;
      this.replaced += replaced.rows;
      for (const part of [added, revised, replaced]) {
        if (part.rows === 0) continue;
        const closeTimes = part.columns[COLUMN.CLOSE_TIME]!;
        this.changedFrom = Math.min(this.changedFrom, closeTimes[0]!);
        this.changedTo = Math.max(this.changedTo, closeTimes[part.rows - 1]!);
      }
    }
    if (this.held.length > HELD_REJECTS) {
      const sha256 = await this.source.sha256();
      if (sha256 !== null) await this.writeRejects(sha256);
    }
  }

  private async merge(chunk: KlineChunk): Promise<ChunkMerge> {
    const { columns, rows } = chunk;
    this.provisional ??= new Set(await provisionalTimes(this.session, this.key, {}));
    const merge = new ChunkMerge(columns, rows, this.seen, this.provisional);
    const closeTimes = columns[COLUMN.CLOSE_TIME]!;
    const from = closeTimes[merge.order[0]!]!;
    const last = closeTimes[merge.order[rows - 1]!]!;
    this.firstOpenTime = Math.min(this.firstOpenTime, from - this.durationMs + 1);
    this.lastCloseTime = Math.max(this.lastCloseTime, last);
    for await (const standing of this.standing(from, last))
      merge.feed(
        KLINE_COLUMNS.map((column) => numbers(standing, column.name)),
        standing.numRows,
      );
    merge.finish();
    return merge;
  }

  /** Bars that stand in `[from, last]`. Most loads come after all of them, and then one look at what follows is enough. */
  private async *standing(from: number, last: number): AsyncGenerator<RecordBatch> {
    const { session, key } = this;
    // After its first write this session is the partition's only writer: what is absent then stays so.
    if (this.standsUntil === null && this.added > 0) {
      this.standsUntil = from - 1;
      for await (const _ of session.scanKlines(key, { from })) {
        this.standsUntil = Number.POSITIVE_INFINITY;
        break;
      }
    }
    if (from <= (this.standsUntil ?? last)) yield* session.scanKlines(key, { from, to: last + 1 });
    if (this.standsUntil !== null) this.standsUntil = Math.max(this.standsUntil, last);
  }

  private async count(chunk: KlineChunk, merge: ChunkMerge): Promise<void> {
    const { lines, truncated } = chunk;
    if (merge.isPlain && !truncated.subarray(0, chunk.rows).includes(1)) return;
    const noted: number[] = [];
    for (let row = 0; row < chunk.rows; row++) {
      const outcome = merge.outcomes[row];
      if (outcome === OUTCOME.DUPLICATE) this.duplicates++;
      else if (outcome === OUTCOME.CONFLICT || truncated[row] === 1) noted.push(row);
    }
    const texts = await chunk.texts(noted);
    noted.forEach((row, i) => {
      const reason = merge.outcomes[row] === OUTCOME.CONFLICT ? 'CONFLICT' : 'TRUNCATED';
      this.reject({ line: lines[row]!, reason, raw: texts[i]! });
    });
  }

  private reject(reject: RowReject): void {
    this.rejected[reject.reason] = (this.rejected[reject.reason] ?? 0) + 1;
    this.held.push(reject);
  }

  private async writeRejects(sha256: string): Promise<void> {
    const { key, source, held } = this;
    this.held = [];
    if (held.length === 0) return;
    this.newRejects += await this.session.appendRejects(
      held.map((reject): KlineReject => ({ ...key, source: source.name, sha256, ...reject })),
    );
  }

  private report(sha256: string, elapsedMs: number): LoadReport {
    const hasRows = Number.isFinite(this.firstOpenTime);
    return {
      ...this.key,
      source: this.source.name,
      sha256,
      read: this.read,
      added: this.added,
      duplicates: this.duplicates,
      revised: this.revised,
      replaced: this.replaced,
      conflicts: this.rejected.CONFLICT ?? 0,
      truncated: this.rejected.TRUNCATED ?? 0,
      rejected: this.rejected,
      newRejects: this.newRejects,
      firstOpenTime: hasRows ? this.firstOpenTime : null,
      lastCloseTime: hasRows ? this.lastCloseTime : null,
      elapsedMs,
    };
  }
}
