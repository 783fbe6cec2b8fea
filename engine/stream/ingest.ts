import { createHash } from 'node:crypto';
import {
  type Advance,
  type BarAppend,
  KLINE_COLUMNS,
  makeBatch,
  numbers,
  type PartitionKey,
  type WriteSession,
} from '../../warehouse/index.js';
import { durationOf } from '../interval.js';
import { ChunkMerge, OUTCOME, pick } from '../load/merge.js';
import { GridBits } from '../load/seen-keys.js';
import { COLUMN, rawText } from '../source/kline-chunk.js';
import { addWork, type SeriesChange, writeLedger } from './bookkeeping.js';
import type { StreamContext } from './context.js';
import type { DeadLetter } from './dead-letter.js';
import type { Decoded } from './decode.js';
import { barAppend } from './facts.js';
import { joined } from './publisher.js';
import { rewind } from './rewind.js';
import type { Series } from './series.js';
import type { SeriesRows } from './series-rows.js';

/** What a transaction has done with its messages. */
export interface Ingested {
  readonly added: number;
  readonly revised: number;
  readonly duplicates: number;
  /** Bars whose facts were computed, late ones with all that descends from them. */
  readonly computed: number;
  readonly dead: readonly DeadLetter[];
  readonly changes: readonly SeriesChange[];
}

/**
 * Takes decoded messages in, inside a transaction: klines, every fact of them, lineage and ledger. Series of `open` move on
 * with it and are worthless when it is not committed.
 */
export class Ingest {
  private readonly appends: BarAppend[] = [];
  private readonly changes = new Map<Series, SeriesChange>();
  private readonly dead: DeadLetter[] = [];
  private added = 0;
  private revised = 0;
  private duplicates = 0;

  /** @param topic name of the messages' topic, for the notes on their rows */
  constructor(
    private readonly context: StreamContext,
    private readonly session: WriteSession,
    private readonly seriesOf: (key: PartitionKey) => Series,
    private readonly topic: string,
    private readonly revise: boolean,
  ) {}

  async run({ layers, dead }: Decoded): Promise<Ingested> {
    this.dead.push(...dead);
    for (const layer of layers) {
      for (const rows of layer) if (rows.rows > 0) await this.takeSeries(rows);
      // The next layer must see these bars.
      await this.session.appendBars(this.appends.splice(0));
    }
    const changes = [...this.changes.values()];
    return {
      added: this.added,
      revised: this.revised,
      duplicates: this.duplicates,
      computed: changes.reduce((sum, change) => sum + change.bars, 0),
      dead: this.dead,
      changes,
    };
  }

  /** Changes, lineage, heads and tasks of what `run` did; after everybody knows which series wait for finer bars. */
  async writeLedgers(): Promise<void> {
    const { context, session } = this;
    const steps: { readonly series: Series; readonly advance: Advance }[] = [];
    for (const change of this.changes.values()) {
      const { series } = change;
      const block = series.incompleteBlock();
      const isPlain = change.reason === 'new bars' && series.change !== null && !series.hasBlocks;
      if (!isPlain || block === null) await writeLedger(context, session, change);
      else {
        const heads = 1 + series.strategies.length;
        const { added, fromTime, bars, strategyRows, reason, elapsedMs } = change;
        series.untasked = addWork(series.untasked, { fromTime, bars, strategyRows, reason, elapsedMs });
        const advance = { ...series.key, change: series.change!, added, block, heads };
        steps.push({ series, advance });
      }
    }
    const numbers = await session.advance(steps.map(({ advance }) => advance));
    steps.forEach(({ series }, i) => {
      series.grewBy(numbers[i]!);
    });
  }

  private async takeSeries(rows: SeriesRows): Promise<void> {
    const series = this.seriesOf(rows.key);
    const merge = await this.merge(series, rows);
    await this.note(rows, merge);
    const added = pick(merge, rows.columns, OUTCOME.ADD);
    const revised = pick(merge, rows.columns, OUTCOME.REVISE);
    if (added.rows + revised.rows === 0) return;
    this.added += added.rows;
    this.revised += revised.rows;
    const first = (part: typeof added): number =>
      part.rows === 0 ? Number.POSITIVE_INFINITY : part.columns[COLUMN.CLOSE_TIME]![0]!;
    const last = (part: typeof added): number =>
      part.rows === 0 ? Number.NEGATIVE_INFINITY : part.columns[COLUMN.CLOSE_TIME]![part.rows - 1]!;
    const range = {
      fromTime: Math.min(first(added), first(revised)),
      toTime: Math.max(last(added), last(revised)),
    };
    if (range.fromTime > series.lastCloseTime) await this.grow(series, added, range);
    else await this.goBack(series, added, revised, range);
  }

  /** Bars behind the last one. */
  private async grow(
    series: Series,
    { columns, rows }: ReturnType<typeof pick>,
    range: { readonly fromTime: number; readonly toTime: number },
  ): Promise<void> {
    const startedAt = performance.now();
    const after = series.lastCloseTime;
    const due = series.rows === 0 ? Number.NaN : after + 1;
    const facts = await series.push(this.context, columns, rows);
    const append = barAppend(series, facts, due);
    this.appends.push(append);
    this.merged({
      series,
      fresh: { after, bars: rows, batches: append.strategies.map(({ predictions }) => [predictions]) },
      ...range,
      added: rows,
      revised: 0,
      bars: rows,
      strategyRows: facts.strategies.map(({ predictions, results }) => predictions.rows + results.rows),
      reason: 'new bars',
      elapsedMs: performance.now() - startedAt,
    });
  }

  /** Late or revised bars: they are written, and what descends from them is computed again. */
  private async goBack(
    series: Series,
    added: ReturnType<typeof pick>,
    revised: ReturnType<typeof pick>,
    range: { readonly fromTime: number; readonly toTime: number },
  ): Promise<void> {
    const { context, session } = this;
    const { key } = series;
    const startedAt = performance.now();
    const batch = (part: typeof added) => makeBatch(KLINE_COLUMNS, part.columns, part.rows);
    if (added.rows > 0) await session.appendKlines(key, batch(added));
    if (revised.rows > 0) await session.reviseKlines(key, batch(revised), context.runId);
    if (added.rows > 0) await session.refreshGaps(key);
    // What an earlier layer has computed is not committed: the snapshot must lie before it.
    const before = this.changes.get(series)?.fromTime ?? Number.POSITIVE_INFINITY;
    const from = Math.min(range.fromTime, before);
    const to = Math.max(range.toTime, series.lastCloseTime);
    const { bars, strategyRows } = await rewind(context, session, series, { from, to });
    this.merged({
      series,
      fresh: null,
      ...range,
      added: added.rows,
      revised: revised.rows,
      bars,
      strategyRows,
      reason: 'changed bars',
      elapsedMs: performance.now() - startedAt,
    });
  }

  /** Adds to what this transaction has done to the series. */
  private merged(change: SeriesChange): void {
    const before = this.changes.get(change.series);
    if (before === undefined) this.changes.set(change.series, change);
    else
      this.changes.set(change.series, {
        series: change.series,
        ...addWork(before, change),
        fresh: joined(before.fresh, change.fresh),
        toTime: Math.max(before.toTime, change.toTime),
        added: before.added + change.added,
        revised: before.revised + change.revised,
      });
  }

  private async merge(series: Series, { columns, rows }: SeriesRows): Promise<ChunkMerge> {
    const seen = this.revise ? new GridBits(durationOf(series.key.interval)) : null;
    const merge = new ChunkMerge(columns, rows, seen);
    const closeTimes = columns[COLUMN.CLOSE_TIME]!;
    const from = closeTimes[merge.order[0]!]!;
    const to = closeTimes[merge.order[rows - 1]!]! + 1;
    // Nothing stands behind the last bar: most batches ask the warehouse for nothing.
    if (from <= series.lastCloseTime)
      for await (const batch of this.session.scanKlines(series.key, { from, to }))
        merge.feed(
          KLINE_COLUMNS.map(({ name }) => numbers(batch, name)),
          batch.numRows,
        );
    merge.finish();
    return merge;
  }

  /** Counts what is not taken in, and notes what SPEC 2 wants noted. */
  private async note({ key, messages, truncated }: SeriesRows, merge: ChunkMerge): Promise<void> {
    if (merge.isPlain && truncated.size === 0) return;
    const { session, topic } = this;
    const rejects = messages.flatMap((message, row) => {
      const outcome = merge.outcomes[row];
      if (outcome === OUTCOME.DUPLICATE) this.duplicates++;
      const isConflict = outcome === OUTCOME.CONFLICT;
      if (isConflict)
        this.dead.push({ message, reason: 'CONFLICT', detail: 'the bar stands with other values' });
      if (!isConflict && (outcome === OUTCOME.DUPLICATE || !truncated.has(row))) return [];
      const { partition, offset } = message;
      const value = message.value!;
      const source = `${topic}/${partition}`;
      return {
        ...key,
        source,
        // Findings are known by hash and line: the same payload may stand at the same offset of another partition.
        sha256: createHash('sha256').update(`${source}\n`).update(value).digest('hex'),
        line: offset,
        reason: isConflict ? 'CONFLICT' : 'TRUNCATED',
        raw: rawText(value, value.length),
      };
    });
    if (rejects.length > 0) await session.appendRejects(rejects);
  }
}
