import type { RecordBatch } from 'apache-arrow';
import { type ColumnSpec, numbers } from '../columns.js';
import {
  DERIVATION_COLUMNS,
  indicatorColumns,
  KLINE_COLUMNS,
  PREDICTION_COLUMNS,
  RESULT_COLUMNS,
} from '../schema/batches.js';
import { PARTITION_TABLES, tableOf } from '../schema/tables.js';
import type {
  Head,
  KnownChange,
  LineageBlock,
  OffsetMove,
  OutboxPosition,
  PartitionKey,
  ResampleHead,
  RowFilter,
  ScanOptions,
  TableRow,
  TimeRange,
  TradeCheckpoint,
} from '../warehouse.js';
import type { Directory } from './directory.js';
import { checkColumns, indicatorSource, predictionSource, resultSource } from './facts.js';
import { refreshGaps } from './klines.js';
import * as ledger from './ledger.js';
import { within } from './scan.js';
import { scanDerivations, scanKlines } from './scans.js';
import type { Source } from './source.js';
import { whole } from './sql.js';
import type { Store } from './store.js';
import * as stream from './stream.js';
import { deleteRows } from './table-rows.js';

/** Of a partition. */
export type Ids = [symbol: number, interval: number];

/** What a session does in the same SQL on both backends. */
export abstract class StoreSession {
  /** Rows with ids of the caller's were written: the directory must learn them. */
  protected isMirroring = false;

  protected abstract readonly directory: Directory;

  /** The connection, when nothing is under way on it. @throws Error when the session is over */
  protected abstract ready(): Promise<Store>;

  /** Ids of a partition that is written: this session's alone from now on. */
  protected abstract own(key: PartitionKey): Promise<Ids>;

  /** Ids of a partition, which may have none yet. */
  protected abstract ids(key: PartitionKey): Promise<Ids>;

  /** Writes rows of a partition that are new. @param strategyId what its rows begin with in a table that has strategies */
  protected abstract append(
    table: string,
    key: PartitionKey,
    columns: readonly ColumnSpec[],
    batch: RecordBatch,
    strategyId?: number,
  ): Promise<void>;

  /** Takes resampled bars of these times away. */
  protected abstract deleteDerived(key: PartitionKey, closeTimes: Float64Array): Promise<void>;

  /** False when it is known that a table has no rows of a partition. @param ids strategy first, in a table that has strategies */
  protected mayHold(_table: string, _ids: readonly number[]): boolean {
    return true;
  }

  /** Notes that a table may have rows of a partition from now on. */
  protected noteRows(_table: string, _ids: readonly number[]): void {}

  abstract clearResults(strategyId: number, key: PartitionKey, predictingAt: Float64Array): Promise<void>;

  async *scanKlines(key: PartitionKey, range: TimeRange, options?: ScanOptions): AsyncGenerator<RecordBatch> {
    const store = await this.ready();
    await this.directory.learn(store, key);
    yield* scanKlines(store, this.directory, key, range, options);
  }

  async appendKlines(key: PartitionKey, batch: RecordBatch): Promise<void> {
    checkColumns(batch, KLINE_COLUMNS, 'klines');
    await this.append('fact_kline', key, KLINE_COLUMNS, batch);
  }

  async *scanDerivations(key: PartitionKey, range: TimeRange): AsyncGenerator<RecordBatch> {
    const store = await this.ready();
    await this.directory.learn(store, key);
    yield* scanDerivations(store, this.directory, key, range);
  }

  async putDerivedKlines(key: PartitionKey, batch: RecordBatch, derivations: RecordBatch): Promise<void> {
    checkColumns(derivations, DERIVATION_COLUMNS, 'derivations');
    await this.replaceDerivedKlines(key, batch);
    await this.append('kline_derivation', key, DERIVATION_COLUMNS, derivations);
  }

  async replaceDerivedKlines(key: PartitionKey, batch: RecordBatch): Promise<void> {
    checkColumns(batch, KLINE_COLUMNS, 'klines');
    await this.deleteDerived(key, numbers(batch, 'close_time'));
    await this.append('fact_kline', key, KLINE_COLUMNS, batch);
  }

  async setResampleHead(head: ResampleHead): Promise<void> {
    const source = this.directory.interval(head.source).id;
    const ids = await this.own(head);
    await ledger.setResampleHead(await this.ready(), [...ids, source], head);
  }

  async refreshGaps(key: PartitionKey): Promise<void> {
    const { durationMs } = this.directory.interval(key.interval);
    const ids = await this.own(key);
    await refreshGaps(await this.ready(), ids, durationMs);
  }

  async forget(key: PartitionKey): Promise<void> {
    await this.own(key);
    const store = await this.ready();
    for (const table of PARTITION_TABLES)
      await store.run(`DELETE FROM ${table} WHERE ${this.directory.where(key)}`);
  }

  async clearIndicators(key: PartitionKey, from: number): Promise<void> {
    const ids = await this.own(key);
    await this.#delete(ids, indicatorSource(this.directory, key), { from });
  }

  async appendIndicators(key: PartitionKey, batch: RecordBatch): Promise<void> {
    const columns = indicatorColumns(this.directory.codes);
    checkColumns(batch, columns, 'indicators');
    await this.#appendFacts('bar_indicator', key, columns, batch);
  }

  async clearPredictions(
    strategyId: number,
    key: PartitionKey,
    from: number,
    openTrades: Float64Array,
  ): Promise<void> {
    const ids = [strategyId, ...(await this.own(key))];
    await this.#delete(ids, predictionSource(this.directory, strategyId, key), { from });
    await this.#delete(ids, resultSource(this.directory, strategyId, key), { from });
    await this.clearResults(strategyId, key, openTrades);
  }

  async appendPredictions(strategyId: number, key: PartitionKey, batch: RecordBatch): Promise<void> {
    checkColumns(batch, PREDICTION_COLUMNS, 'predictions');
    await this.#appendFacts('bar_prediction', key, PREDICTION_COLUMNS, batch, strategyId);
  }

  async appendResults(strategyId: number, key: PartitionKey, batch: RecordBatch): Promise<void> {
    checkColumns(batch, RESULT_COLUMNS, 'results');
    await this.#appendFacts('fact_prediction_result', key, RESULT_COLUMNS, batch, strategyId);
  }

  async replaceLineage(key: PartitionKey, from: number, blocks: readonly LineageBlock[]): Promise<void> {
    const ids = await this.own(key);
    await this.#delete(ids, moments('lineage_block', this.directory.where(key)), { from });
    this.noteRows('lineage_block', ids);
    await ledger.insertBlocks(await this.ready(), ids, blocks);
  }

  async replaceTradeCheckpoints(
    strategyId: number,
    key: PartitionKey,
    from: number,
    checkpoints: readonly TradeCheckpoint[],
  ): Promise<void> {
    const ids = [strategyId, ...(await this.own(key))];
    const where = `${this.directory.where(key)} AND strategy_id = ${whole(strategyId)}`;
    await this.#delete(ids, moments('trade_checkpoint', where), { from });
    this.noteRows('trade_checkpoint', ids);
    await ledger.insertTradeCheckpoints(await this.ready(), ids, checkpoints);
  }

  async setHead(head: Head): Promise<void> {
    const ids = await this.own(head);
    const owner = [head.strategyId ?? 0, ...ids];
    const store = await this.ready();
    if (this.mayHold('stage_head', owner)) await ledger.deleteHead(store, ids, head.strategyId);
    this.noteRows('stage_head', owner);
    await ledger.insertHead(store, ids, head);
  }

  async movedSince<Known extends KnownChange>(known: readonly Known[]): Promise<Known[]> {
    const own: { one: Known; ids: Ids }[] = [];
    for (const one of known) own.push({ one, ids: await this.own(one) });
    const newest = await this.newestChanges(
      own.map(({ ids }) => ids),
      known.reduce((least, { seq }) => Math.min(least, seq), Number.POSITIVE_INFINITY),
    );
    return own.filter(({ one, ids }) => (newest.get(ids.join()) ?? 0) > one.seq).map(({ one }) => one);
  }

  /** Newest changes of partitions, by their ids with a comma; those up to `since` may be left out. */
  protected async newestChanges(
    partitions: readonly Ids[],
    since: number,
  ): Promise<ReadonlyMap<string, number>> {
    return ledger.changesBehind(await this.ready(), partitions, since);
  }

  async appendRows(table: string, rows: readonly TableRow[]): Promise<void> {
    this.isMirroring = true;
    await (await this.ready()).insert(tableOf(table), rows);
  }

  async deleteRows(table: string, filter: RowFilter): Promise<number> {
    this.isMirroring = true;
    return deleteRows(await this.ready(), table, filter);
  }

  async moveOffsets(topic: string, moves: readonly OffsetMove[]): Promise<boolean> {
    return stream.moveOffsets(await this.ready(), topic, moves);
  }

  /** Makes no partition this session's: rows of a higher revision stay, so a writer that has lost one does no harm. */
  async setOutboxPositions(positions: readonly OutboxPosition[]): Promise<void> {
    const own: { position: OutboxPosition; ids: Ids }[] = [];
    for (const position of positions) own.push({ position, ids: await this.ids(position) });
    await stream.setOutboxPositions(await this.ready(), own);
  }

  async #appendFacts(
    table: string,
    key: PartitionKey,
    columns: readonly ColumnSpec[],
    batch: RecordBatch,
    strategyId?: number,
  ): Promise<void> {
    const ids = await this.own(key);
    this.noteRows(table, strategyId === undefined ? ids : [strategyId, ...ids]);
    await this.append(table, key, columns, batch, strategyId);
  }

  /** @param ids strategy first, in a table that has strategies */
  async #delete(ids: readonly number[], source: Source, range: TimeRange): Promise<void> {
    if (this.mayHold(source.table, ids))
      await (await this.ready()).run(`DELETE FROM ${source.table} WHERE ${within(source, range)}`);
  }
}

/** Rows that belong to the close of a bar. */
const moments = (table: string, where: string): Source => ({
  table,
  timeColumn: 'close_time',
  where,
  durationMs: 1,
});
