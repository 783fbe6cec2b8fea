import { RESAMPLE_VERSION } from '../../kernels/index.js';
import {
  DERIVATION_COLUMNS,
  KLINE_COLUMNS,
  makeBatch,
  type PartitionKey,
  type Warehouse,
  type WriteSession,
} from '../../warehouse/index.js';
import { durationOf, intervalNumber } from '../interval.js';
import { BlockHasher, hashOfBlocks } from '../lineage.js';
import { CLOSE_TIME, type DerivedBars, deriveBars, readStanding } from './buckets.js';
import { conflictOf, type ResampleConflict } from './conflict.js';
import type { BucketRange, ResampleTask } from './plan.js';
import { reconcile } from './reconcile.js';

export interface DeriveContext {
  /** Epoch ms; a bucket that has not closed by then, nor by its bars, is left out. */
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
  readonly #targetMs: number;
  readonly #hashes: string[] = [];
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
    this.#targetMs = durationOf(target);
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

  async #derive(range: BucketRange): Promise<void> {
    const { session, context, task } = this;
    const hasher = new BlockHasher(0);
    const source = {
      warehouse: context.warehouse,
      key: this.#source,
      target: task.target,
      marks: session,
      onSource: (klines: readonly Float64Array[], rows: number) => {
        this.#hashes.push(...hasher.push(klines, rows).map(({ klineHash }) => klineHash));
        this.#sourceBars += rows;
        context.onBars?.(rows);
      },
    };
    for await (const derived of deriveBars(source, range)) await this.#write(derived);
    const last = hasher.finish();
    if (last !== null) this.#hashes.push(last.klineHash);
  }

  /** Reconciles derived bars with what stands, and writes what is new. */
  async #write(derived: DerivedBars): Promise<void> {
    const { columns, rows } = derived;
    if (rows === 0) return;
    const closeTimes = columns[CLOSE_TIME]!;
    const standing = await readStanding(this.session, this.#target, {
      from: closeTimes[0]!,
      to: closeTimes[rows - 1]! + 1,
    });
    const { partial, revise } = this.context;
    const expected = this.#targetMs / this.#sourceMs;
    const put: number[] = [];
    const revised: number[] = [];
    for (let row = 0; row < rows; row++) {
      const bar = standing.at(closeTimes[row]!);
      const made = { durationMs: this.#sourceMs, bars: derived.bars[row]! };
      // A bucket that has not closed is no bar, partial or not (SPEC 2, OPEN_BAR).
      const verdict = this.#hasClosed(closeTimes[row]!)
        ? reconcile({ columns, row }, made, expected, bar?.row ?? null, bar?.made ?? null, partial)
        : 'INCOMPLETE';
      if (verdict === 'ADD') this.#added++;
      else if (verdict === 'REPLACE') this.#replaced++;
      else if (verdict === 'KEEP') this.#kept++;
      else if (verdict === 'INCOMPLETE') this.#incomplete++;
      else if (revise) this.#revised++;
      else {
        this.#conflicts++;
        this.#firstConflict ??= conflictOf({ columns, row }, bar!.row);
      }
      if (verdict === 'ADD' || verdict === 'REPLACE') put.push(row);
      else if (verdict === 'CONFLICT' && revise) revised.push(row);
    }
    if (revised.length > 0)
      await this.session.reviseKlines(this.#target, pick(derived, revised), this.context.runId);
    const written = [...put, ...revised].sort((a, b) => a - b);
    if (written.length === 0) return;
    await this.session.putDerivedKlines(
      this.#target,
      pick(derived, written),
      this.#derivations(derived, written),
    );
    this.#changedFrom = Math.min(this.#changedFrom, closeTimes[written[0]!]!);
    this.#changedTo = Math.max(this.#changedTo, closeTimes[written.at(-1)!]!);
  }

  /** By the clock, or because the source reaches its end: bars are loaded when they have closed. */
  #hasClosed(closeTime: number): boolean {
    return closeTime < this.context.now || closeTime <= this.task.sourceCloseTime;
  }

  #derivations({ columns, bars }: DerivedBars, rows: readonly number[]) {
    const marks = [
      Float64Array.from(rows, (row) => columns[CLOSE_TIME]![row]!),
      new Int8Array(rows.length).fill(intervalNumber(this.task.source)),
      Int16Array.from(rows, (row) => bars[row]!),
    ];
    return makeBatch(DERIVATION_COLUMNS, marks, rows.length);
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
      fromTime: task.ranges[0]!.from + this.#targetMs - 1,
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

function pick({ columns }: DerivedBars, rows: readonly number[]) {
  const picked = columns.map((column) => Float64Array.from(rows, (row) => column[row]!));
  return makeBatch(KLINE_COLUMNS, picked, rows.length);
}
