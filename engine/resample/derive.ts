import {
  flushResample,
  RESAMPLE_STATE_SIZE,
  RESAMPLE_VERSION,
  type ResampleGrid,
  type ResampleOutput,
  resample,
} from '../../kernels/index.js';
import {
  DERIVATION_COLUMNS,
  KLINE_COLUMNS,
  makeBatch,
  type PartitionKey,
  type Warehouse,
  type WriteSession,
} from '../../warehouse/index.js';
import { collect } from '../collect.js';
import { durationOf, gridOffset, INTERVALS, intervalNumber } from '../interval.js';
import { klineArrays } from '../kline-arrays.js';
import { BlockHasher, hashOfBlocks } from '../lineage.js';
import { ahead } from '../read-ahead.js';
import { conflictOf, type ResampleConflict } from './conflict.js';
import type { BucketRange, ResampleTask } from './plan.js';
import { type Made, type Row, reconcile } from './reconcile.js';

/** Source bars that are read at a time. */
const CHUNK_ROWS = 16_384;
const KLINE_INDEX = new Map(KLINE_COLUMNS.map(({ name }, i) => [name, i]));
const CLOSE_TIME = KLINE_INDEX.get('close_time')!;

export interface DeriveContext {
  /** Epoch ms; a bucket that has not closed by then is left out. */
  readonly now: number;
  readonly warehouse: Warehouse;
  readonly runId: number;
  readonly partial: boolean;
  readonly revise: boolean;
  /** Called as source bars are read. */
  readonly onBars?: ((bars: number) => void) | undefined;
}

/** What was done for one task. Counts are of target bars but for `sourceBars`. */
export interface DeriveReport {
  readonly sourceBars: number;
  readonly added: number;
  /** Derived bars that follow their changed source bars. */
  readonly replaced: number;
  /** Other bars that gave way, on demand; the old ones are in kline_revision. */
  readonly revised: number;
  /** Bars that stand and needed no change. */
  readonly kept: number;
  readonly conflicts: number;
  readonly firstConflict: ResampleConflict | null;
  /** Buckets without all their bars, left out. */
  readonly incomplete: number;
}

/** Derives the bars of one task inside its transaction. */
export class Derivation {
  readonly #startedAt = performance.now();
  readonly #target: PartitionKey;
  readonly #source: PartitionKey;
  readonly #sourceMs: number;
  readonly #grid: ResampleGrid;
  readonly #state = new Float64Array(RESAMPLE_STATE_SIZE);
  // Every source bar may end a bucket, and the end of a range ends one more.
  readonly #klines = KLINE_COLUMNS.map(() => new Float64Array(CHUNK_ROWS + 1));
  readonly #output: ResampleOutput;
  readonly #hashes: string[] = [];
  #partialSources: Float64Array = new Float64Array(0);
  #sourceBars = 0;
  #added = 0;
  #replaced = 0;
  #revised = 0;
  #kept = 0;
  #conflicts = 0;
  #firstConflict: ResampleConflict | null = null;
  #incomplete = 0;
  // Close times of what was written.
  #changedFrom = Number.POSITIVE_INFINITY;
  #changedTo = Number.NEGATIVE_INFINITY;

  constructor(
    readonly session: WriteSession,
    readonly context: DeriveContext,
    readonly task: ResampleTask,
  ) {
    const { symbol, source, target } = task;
    this.#target = { symbol, interval: target };
    this.#source = { symbol, interval: source };
    this.#sourceMs = durationOf(source);
    const durationMs = durationOf(target);
    this.#grid = { durationMs, offsetMs: gridOffset(durationMs) };
    this.#output = { ...bars(this.#klines), bars: new Float64Array(CHUNK_ROWS + 1) };
  }

  async run(): Promise<DeriveReport> {
    for (const range of this.task.ranges) await this.#derive(range);
    await this.#close();
    return {
      sourceBars: this.#sourceBars,
      added: this.#added,
      replaced: this.#replaced,
      revised: this.#revised,
      kept: this.#kept,
      conflicts: this.#conflicts,
      firstConflict: this.#firstConflict,
      incomplete: this.#incomplete,
    };
  }

  async #derive({ from, to }: BucketRange): Promise<void> {
    this.#partialSources = await this.#partialSourcesIn({ from, to });
    const hasher = new BlockHasher(0);
    // A bar opens and closes within its bucket, so a range of open times is the same range of close times. On a
    // connection of its own: the next chunk is read while this one is written.
    const scan = this.context.warehouse.scanKlines(this.#source, { from, to }, { batchRows: CHUNK_ROWS });
    for await (const batch of ahead(scan, 1)) {
      const klines = klineArrays(batch);
      const rows = batch.numRows;
      this.#hashes.push(...hasher.push(klines, rows).map(({ klineHash }) => klineHash));
      await this.#write(resample(bars(klines), 0, rows, this.#grid, this.#state, this.#output, 0));
      this.#sourceBars += rows;
      this.context.onBars?.(rows);
    }
    await this.#write(flushResample(this.#grid, this.#state, this.#output, 0));
    const last = hasher.finish();
    if (last !== null) this.#hashes.push(last.klineHash);
  }

  /** Reconciles the first `rows` rows of the output with what stands, and writes what is new. */
  async #write(rows: number): Promise<void> {
    if (rows === 0) return;
    const closeTimes = this.#klines[CLOSE_TIME]!;
    const standing = await this.#standing({ from: closeTimes[0]!, to: closeTimes[rows - 1]! + 1 });
    const put: number[] = [];
    const revised: number[] = [];
    for (let row = 0; row < rows; row++) {
      const bar = standing.at(closeTimes[row]!);
      const whole = this.#output.bars[row]! - this.#partialSourcesOf(closeTimes[row]!);
      const made = { durationMs: this.#sourceMs, bars: whole };
      const expected = this.#grid.durationMs / this.#sourceMs;
      const derived = { columns: this.#klines, row };
      const { partial, revise } = this.context;
      // A bucket that has not closed is no bar yet, partial or not (SPEC 2, OPEN_BAR).
      const verdict =
        closeTimes[row]! >= this.context.now
          ? 'INCOMPLETE'
          : reconcile(derived, made, expected, bar?.row ?? null, bar?.made ?? null, partial);
      if (verdict === 'ADD') this.#added++;
      else if (verdict === 'REPLACE') this.#replaced++;
      else if (verdict === 'KEEP') this.#kept++;
      else if (verdict === 'INCOMPLETE') this.#incomplete++;
      else if (revise) this.#revised++;
      else {
        this.#conflicts++;
        this.#firstConflict ??= conflictOf(derived, bar!.row);
      }
      if (verdict === 'ADD' || verdict === 'REPLACE') put.push(row);
      else if (verdict === 'CONFLICT' && revise) revised.push(row);
    }
    if (revised.length > 0)
      await this.session.reviseKlines(this.#target, this.#pick(revised), this.context.runId);
    const written = [...put, ...revised].sort((a, b) => a - b);
    if (written.length === 0) return;
    await this.session.putDerivedKlines(this.#target, this.#pick(written), this.#derivations(written));
    this.#changedFrom = Math.min(this.#changedFrom, closeTimes[written[0]!]!);
    this.#changedTo = Math.max(this.#changedTo, closeTimes[written.at(-1)!]!);
  }

  /** Close times of source bars that were themselves derived from incomplete buckets, ascending. */
  async #partialSourcesIn(range: BucketRange): Promise<Float64Array> {
    const marks = await collect(this.session.scanDerivations(this.#source, range));
    const [times, sources, counts] = DERIVATION_COLUMNS.map(({ name }) => marks.column(name));
    return times!.filter((_, i) => counts![i]! * INTERVALS[sources![i]! - 1]!.durationMs < this.#sourceMs);
  }

  /** How many of them are in the bucket that closes at `closeTime`: they do not make it complete. */
  #partialSourcesOf(closeTime: number): number {
    const opened = closeTime - this.#grid.durationMs;
    return this.#partialSources.filter((time) => time > opened && time <= closeTime).length;
  }

  /** The bars that stand in a range of close times, and what they were made of. */
  async #standing(range: { from: number; to: number }) {
    const klines = await collect(this.session.scanKlines(this.#target, range));
    const columns = KLINE_COLUMNS.map(({ name }) => klines.column(name));
    const marks = await collect(this.session.scanDerivations(this.#target, range));
    const [markTimes, sources, counts] = DERIVATION_COLUMNS.map(({ name }) => marks.column(name));
    const made = new Map<number, Made>();
    markTimes!.forEach((time, i) => {
      const { durationMs } = INTERVALS[sources![i]! - 1]!;
      made.set(time, { durationMs, bars: counts![i]! });
    });
    const rows = new Map<number, number>();
    columns[CLOSE_TIME]!.forEach((time, row) => {
      rows.set(time, row);
    });
    return {
      at(closeTime: number): { readonly row: Row; readonly made: Made | null } | null {
        const row = rows.get(closeTime);
        return row === undefined ? null : { row: { columns, row }, made: made.get(closeTime) ?? null };
      },
    };
  }

  #pick(rows: readonly number[]) {
    const columns = this.#klines.map((column) => Float64Array.from(rows, (row) => column[row]!));
    return makeBatch(KLINE_COLUMNS, columns, rows.length);
  }

  #derivations(rows: readonly number[]) {
    const columns = [
      Float64Array.from(rows, (row) => this.#klines[CLOSE_TIME]![row]!),
      new Int8Array(rows.length).fill(intervalNumber(this.task.source)),
      Int16Array.from(rows, (row) => this.#output.bars[row]!),
    ];
    return makeBatch(DERIVATION_COLUMNS, columns, rows.length);
  }

  /** Gaps, the change and the ledger's row, in the transaction of the bars. */
  async #close(): Promise<void> {
    const { session, context, task } = this;
    const { runId } = context;
    if (this.#added > 0) await session.refreshGaps(this.#target);
    const revised = this.#replaced + this.#revised;
    if (this.#added + revised > 0)
      await session.recordKlineChange({
        ...this.#target,
        runId,
        fromTime: this.#changedFrom,
        toTime: this.#changedTo,
        added: this.#added,
        revised,
      });
    await session.recordTask({
      ...this.#target,
      runId,
      stage: 'resample',
      strategyId: null,
      fromTime: task.ranges[0]!.from + this.#grid.durationMs - 1,
      toTime: task.ranges.at(-1)!.to - 1,
      bars: this.#sourceBars,
      rowsWritten: this.#added + revised,
      codes: [],
      versions: { resample: String(RESAMPLE_VERSION) },
      reason: `${task.reason} of ${task.source}`,
      klineHash: hashOfBlocks(this.#hashes),
      elapsedMs: performance.now() - this.#startedAt,
    });
  }
}

/** Kline columns under the names of the kernel: views, no copy. */
function bars(columns: readonly Float64Array[]): Omit<ResampleOutput, 'bars'> {
  const of = (name: string): Float64Array => columns[KLINE_INDEX.get(name)!]!;
  return {
    openTime: of('open_time'),
    open: of('open'),
    high: of('high'),
    low: of('low'),
    close: of('close'),
    volume: of('volume'),
    closeTime: of('close_time'),
    quoteVolume: of('quote_volume'),
    tradeCount: of('trade_count'),
    takerBuyBase: of('taker_buy_base'),
    takerBuyQuote: of('taker_buy_quote'),
  };
}
