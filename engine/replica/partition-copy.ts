import type { RecordBatch } from 'apache-arrow';
import {
  indicatorColumns,
  makeBatch,
  numbers,
  type PartitionKey,
  type RowFilter,
  type Snapshot,
  type StrategyRecord,
  type TimeRange,
  type WriteSession,
} from '../../warehouse/index.js';
import { ahead } from '../read-ahead.js';
import type { PartitionSync } from './plan.js';
import { type Copied, copyRowsById, mirrorRows, NOTHING, plus } from './rows.js';

/** Rows read at a time. */
const BATCH_ROWS = 65_536;

/** Codes of indicators on both sides, in the target's order. */
export interface Codes {
  readonly common: readonly string[];
  /** Codes that the source does not know yet: unknown in every row. */
  readonly missing: readonly string[];
}

export interface CopyContext {
  readonly source: Snapshot;
  readonly session: WriteSession;
  readonly codes: Codes;
  readonly onRows?: ((rows: number) => void) | undefined;
}

/** From where on the facts of a partition are copied; `-Infinity`: from the first row. */
export interface CopyRanges {
  readonly indicators: number | null;
  /** Blocks and checkpoints that end after it are replaced. */
  readonly lineageAfter: number;
  readonly strategies: readonly {
    readonly record: Pick<StrategyRecord, 'strategyId'>;
    readonly predictions: number | null;
    readonly results: number;
    readonly checkpointsAfter: number;
  }[];
}

/** Replaces what the plan names of one partition, inside the caller's transaction. */
export class PartitionCopy {
  #copied = NOTHING;

  constructor(
    readonly context: CopyContext,
    readonly key: PartitionKey,
    readonly sync: PartitionSync,
    readonly ranges: CopyRanges,
  ) {}

  async run(): Promise<Copied> {
    const { context, key, sync } = this;
    if (sync.isWhole) await context.session.forget(key);
    await this.#copyKlines();
    await this.#copyIndicators();
    for (const strategy of this.ranges.strategies) await this.#copyStrategy(strategy);
    await this.#mirror('stage_head');
    await this.#mirror('resample_head');
    if (sync.rejects || sync.isWhole) await this.#mirror('kline_reject');
    const { source, session } = context;
    this.#add(await copyRowsById(source, session, 'kline_change', 'seq', sync.seqs));
    this.#add(await copyRowsById(source, session, 'run_task', 'task_id', sync.taskIds));
    return this.#copied;
  }

  async #copyKlines(): Promise<void> {
    const { context, key, sync } = this;
    if (sync.klines === null && !sync.isWhole) return;
    const range = sync.isWhole ? {} : { from: sync.klines!.from, to: sync.klines!.to + 1 };
    await this.#scan(
      'fact_kline',
      { close_time: range },
      context.source.scanKlines(key, range, ROWS),
      (batch) => context.session.appendKlines(key, batch),
    );
    await this.#mirror('kline_derivation', { close_time: range });
    await this.#mirror('kline_gap');
    await this.#mirror('kline_revision', sync.isWhole ? {} : { run_id: [...sync.revisionRuns] });
  }

  async #copyIndicators(): Promise<void> {
    const { context, key } = this;
    const { common, missing } = context.codes;
    const from = this.ranges.indicators;
    if (from === null) return;
    const scan = context.source.scanIndicators(key, common, { from }, ROWS);
    await this.#scan('bar_indicator', { close_time: { from } }, scan, (batch) =>
      context.session.appendIndicators(key, missing.length === 0 ? batch : widen(batch, common, missing)),
    );
    await this.#mirror('lineage_block', { close_time: after(this.ranges.lineageAfter) });
  }

  async #copyStrategy(strategy: CopyRanges['strategies'][number]): Promise<void> {
    const { source, session } = this.context;
    const { key } = this;
    const { strategyId } = strategy.record;
    const filter = (from: number): RowFilter => ({ strategy_id: strategyId, predicting_at: { from } });
    if (strategy.predictions !== null) {
      const from = strategy.predictions;
      await this.#scan(
        'bar_prediction',
        filter(from),
        source.scanPredictions(strategyId, key, { from }, ROWS),
        (batch) => session.appendPredictions(strategyId, key, batch),
      );
      await this.#mirror('trade_checkpoint', {
        strategy_id: strategyId,
        close_time: after(strategy.checkpointsAfter),
      });
    }
    const from = strategy.results;
    await this.#scan(
      'fact_prediction_result',
      filter(from),
      source.scanResults(strategyId, key, { from }, ROWS),
      (batch) => session.appendResults(strategyId, key, batch),
    );
  }

  /** Replaces rows of a bulky table by batches; the next one is read while one is written. */
  async #scan(
    table: string,
    filter: RowFilter,
    batches: AsyncIterable<RecordBatch>,
    append: (batch: RecordBatch) => Promise<void>,
  ): Promise<void> {
    await this.context.session.deleteRows(table, { ...this.#partition, ...filter });
    for await (const batch of ahead(batches, 1)) {
      await append(batch);
      this.#add({ rows: batch.numRows, values: batch.numRows * batch.numCols });
    }
  }

  async #mirror(table: string, filter: RowFilter = {}): Promise<void> {
    const { source, session } = this.context;
    this.#add(await mirrorRows(source, session, table, { ...this.#partition, ...filter }));
  }

  #add(copied: Copied): void {
    this.#copied = plus(this.#copied, copied);
    this.context.onRows?.(copied.rows);
  }

  get #partition(): RowFilter {
    return { symbol_id: this.sync.symbolId, interval_id: this.sync.intervalId };
  }
}

const ROWS = { batchRows: BATCH_ROWS };

/** Whole milliseconds after `time`. */
const after = (time: number): TimeRange => ({ from: time + 1 });

/** The batch with columns of unknown values for the codes that it lacks. */
function widen(batch: RecordBatch, common: readonly string[], missing: readonly string[]): RecordBatch {
  const unknown = new Float64Array(batch.numRows).fill(Number.NaN);
  const columns = indicatorColumns([...common, ...missing]);
  const arrays = columns.map(({ name }) => (missing.includes(name) ? unknown : numbers(batch, name)));
  return makeBatch(columns, arrays, batch.numRows);
}
