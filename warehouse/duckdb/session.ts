import type { DuckDBConnection } from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import { type ColumnSpec, numbers } from '../columns.js';
import { codeColumn } from '../schema/bar-indicator.js';
import {
  DERIVATION_COLUMNS,
  indicatorColumns,
  KLINE_COLUMNS,
  PREDICTION_COLUMNS,
  RESULT_COLUMNS,
} from '../schema/batches.js';
import { PARTITION_TABLES, tableOf } from '../schema/tables.js';
import {
  checkColumns,
  indicatorSource,
  klineSource,
  predictionSource,
  resultSource,
} from '../store/facts.js';
import { refreshGaps } from '../store/klines.js';
import * as ledger from '../store/ledger.js';
import { within } from '../store/scan.js';
import { scanDerivations, scanKlines } from '../store/scans.js';
import type { Source } from '../store/source.js';
import { quote, text, whole } from '../store/sql.js';
import * as stream from '../store/stream.js';
import { deleteRows } from '../store/table-rows.js';
import type {
  Advance,
  BarAppend,
  Head,
  KlineChange,
  KlineReject,
  LineageBlock,
  OffsetMove,
  OutboxPosition,
  PartitionKey,
  ResampleHead,
  RowFilter,
  ScanOptions,
  TableRow,
  TaskRecord,
  TimeRange,
  TradeCheckpoint,
  WriteSession,
} from '../warehouse.js';
import { BulkAppender } from './append.js';
import { type Database, rollbackQuietly, type WriterConnection } from './database.js';
import { FEW_ROWS } from './few-rows.js';
import * as klines from './klines.js';
import { withTimes } from './staging.js';
import { DuckDbStore } from './store.js';

/** One transaction on a connection that is its own until it ends. */
export class DuckDbSession implements WriteSession {
  readonly #database: Database;
  readonly #writer: WriterConnection;
  readonly #symbols = new Map<string, number>();
  readonly #changes: number[] = [];
  /** Rows with ids of the caller's were written: the directory must learn them. */
  #isMirroring = false;
  #isOpen = true;

  private constructor(database: Database, writer: WriterConnection) {
    this.#database = database;
    this.#writer = writer;
  }

  static async begin(database: Database): Promise<DuckDbSession> {
    const writer = await database.takeWriter();
    await writer.connection.run('BEGIN TRANSACTION');
    return new DuckDbSession(database, writer);
  }

  scanKlines(key: PartitionKey, range: TimeRange, options?: ScanOptions): AsyncIterable<RecordBatch> {
    return scanKlines(this.#store(), this.#database.directory, key, range, options);
  }

  async appendKlines(key: PartitionKey, batch: RecordBatch): Promise<void> {
    checkColumns(batch, KLINE_COLUMNS, 'klines');
    await this.#append('fact_kline', this.#ids(key), KLINE_COLUMNS, batch);
  }

  async reviseKlines(key: PartitionKey, batch: RecordBatch, runId: number): Promise<void> {
    checkColumns(batch, KLINE_COLUMNS, 'klines');
    await klines.reviseKlines(this.#use(), this.#ids(key), batch, runId);
  }

  scanDerivations(key: PartitionKey, range: TimeRange): AsyncIterable<RecordBatch> {
    return scanDerivations(this.#store(), this.#database.directory, key, range);
  }

  async putDerivedKlines(key: PartitionKey, batch: RecordBatch, derivations: RecordBatch): Promise<void> {
    checkColumns(derivations, DERIVATION_COLUMNS, 'derivations');
    await this.replaceDerivedKlines(key, batch);
    await this.#append('kline_derivation', this.#ids(key), DERIVATION_COLUMNS, derivations);
  }

  async replaceDerivedKlines(key: PartitionKey, batch: RecordBatch): Promise<void> {
    checkColumns(batch, KLINE_COLUMNS, 'klines');
    const ids = this.#ids(key);
    await klines.deleteDerived(this.#use(), ids, numbers(batch, 'close_time'));
    await this.#append('fact_kline', ids, KLINE_COLUMNS, batch);
  }

  async setResampleHead(head: ResampleHead): Promise<void> {
    const source = this.#database.directory.interval(head.source).id;
    await ledger.setResampleHead(this.#store(), [...this.#ids(head), source], head);
  }

  async appendRejects(rejects: readonly KlineReject[]): Promise<number> {
    const rows = rejects.map((reject) => ({ reject, ids: this.#ids(reject) }));
    return klines.appendRejects(this.#use(), rows);
  }

  async refreshGaps(key: PartitionKey): Promise<void> {
    const { durationMs } = this.#database.directory.interval(key.interval);
    await refreshGaps(this.#store(), this.#ids(key), durationMs);
  }

  async recordKlineChange(change: Omit<KlineChange, 'seq'>): Promise<number> {
    const ids = this.#ids(change);
    const seq = this.#openChange();
    await ledger.insertChange(this.#store(), ids, { ...change, seq });
    return seq;
  }

  async forget(key: PartitionKey): Promise<void> {
    const where = this.#database.directory.where(key);
    for (const table of PARTITION_TABLES) await this.#use().run(`DELETE FROM ${table} WHERE ${where}`);
  }

  async clearIndicators(key: PartitionKey, from: number): Promise<void> {
    await this.#delete(indicatorSource(this.#database.directory, key), { from });
  }

  async appendIndicators(key: PartitionKey, batch: RecordBatch): Promise<void> {
    const { codes } = this.#database.directory;
    const columns = indicatorColumns(codes);
    checkColumns(batch, columns, 'indicators');
    await this.#append('bar_indicator', this.#ids(key), columns, batch);
  }

  async updateIndicators(key: PartitionKey, codes: readonly string[], batch: RecordBatch): Promise<void> {
    const { directory } = this.#database;
    directory.checkCodes(codes);
    const columns = indicatorColumns(codes);
    checkColumns(batch, columns, 'indicators');
    if (codes.length === 0 || batch.numRows === 0) return;
    const connection = this.#use();
    const definitions = codes.map((code) => `${quote(codeColumn(code))} DOUBLE`).join(', ');
    await connection.run(`CREATE OR REPLACE TEMP TABLE stage_indicator (close_time BIGINT, ${definitions})`);
    await new BulkAppender(connection, 'stage_indicator', 0, columns, 'temp').append([], batch);
    const source = indicatorSource(directory, key);
    const assignments = codes.map((code) => `${quote(codeColumn(code))} = n.${quote(codeColumn(code))}`);
    await connection.run(
      `UPDATE bar_indicator SET ${assignments.join(', ')} FROM stage_indicator n
       WHERE ${source.where} AND bar_indicator.close_time = n.close_time`,
    );
    await connection.run('DROP TABLE temp.stage_indicator');
  }

  async clearPredictions(
    strategyId: number,
    key: PartitionKey,
    from: number,
    openTrades: Float64Array,
  ): Promise<void> {
    const { directory } = this.#database;
    await this.#delete(predictionSource(directory, strategyId, key), { from });
    await this.#delete(resultSource(directory, strategyId, key), { from });
    await this.clearResults(strategyId, key, openTrades);
  }

  async appendPredictions(strategyId: number, key: PartitionKey, batch: RecordBatch): Promise<void> {
    checkColumns(batch, PREDICTION_COLUMNS, 'predictions');
    await this.#append('bar_prediction', [strategyId, ...this.#ids(key)], PREDICTION_COLUMNS, batch);
  }

  async appendResults(strategyId: number, key: PartitionKey, batch: RecordBatch): Promise<void> {
    checkColumns(batch, RESULT_COLUMNS, 'results');
    await this.#append('fact_prediction_result', [strategyId, ...this.#ids(key)], RESULT_COLUMNS, batch);
  }

  async clearResults(strategyId: number, key: PartitionKey, predictingAt: Float64Array): Promise<void> {
    if (predictingAt.length === 0) return;
    const connection = this.#use();
    const source = resultSource(this.#database.directory, strategyId, key);
    await withTimes(connection, predictingAt, (times) =>
      connection.run(
        `DELETE FROM fact_prediction_result WHERE ${source.where} AND predicting_at IN (SELECT t FROM ${times})`,
      ),
    );
  }

  async replaceLineage(key: PartitionKey, from: number, blocks: readonly LineageBlock[]): Promise<void> {
    const source = { ...klineSource(this.#database.directory, key), table: 'lineage_block' };
    await this.#delete({ ...source, where: this.#database.directory.where(key) }, { from });
    await ledger.insertBlocks(this.#store(), this.#ids(key), blocks);
  }

  async replaceTradeCheckpoints(
    strategyId: number,
    key: PartitionKey,
    from: number,
    checkpoints: readonly TradeCheckpoint[],
  ): Promise<void> {
    const where = `${this.#database.directory.where(key)} AND strategy_id = ${whole(strategyId)}`;
    const source = { table: 'trade_checkpoint', timeColumn: 'close_time', where, durationMs: 1 };
    await this.#delete(source, { from });
    await ledger.insertTradeCheckpoints(this.#store(), [strategyId, ...this.#ids(key)], checkpoints);
  }

  async setHead(head: Head): Promise<void> {
    await ledger.setHead(this.#store(), this.#ids(head), head);
  }

  async recordTask(task: TaskRecord): Promise<void> {
    await ledger.insertTask(this.#store(), this.#database.directory.next('task'), this.#ids(task), task);
  }

  async appendRows(table: string, rows: readonly TableRow[]): Promise<void> {
    this.#isMirroring = true;
    await this.#store().insert(tableOf(table), rows);
  }

  async deleteRows(table: string, filter: RowFilter): Promise<number> {
    this.#isMirroring = true;
    return deleteRows(this.#store(), table, filter);
  }

  async appendBars(parts: readonly BarAppend[]): Promise<void> {
    const own = parts.map((bars) => ({ bars, ids: this.#ids(bars) }));
    for (const { table, columns, parts: batches } of stream.barAppends(own, this.#database.directory.codes)) {
      const filled = batches.map(({ ids, batch }) => ({ ids: Object.values(ids), batch }));
      const rows = filled.reduce((sum, { batch }) => sum + batch.numRows, 0);
      if (rows <= FEW_ROWS) await this.#writer.fewRows.insert(table, columns, filled);
      else await this.#appender(table, filled[0]!.ids.length, columns).appendAll(filled);
    }
    await stream.insertGaps(this.#store(), own);
  }

  async advance(steps: readonly Advance[]): Promise<readonly number[]> {
    if (steps.length === 0) return [];
    const store = this.#store();
    const moves = steps.map((step) => ({ ...step, ids: this.#ids(step), seq: this.#openChange() }));
    const changed = await store.updateBy(
      'kline_change',
      {
        columns: ['old_number', 'number', 'closed', 'more'],
        rows: moves.map(({ change, seq, block, added }) => [change, seq, block.closeTime, added]),
      },
      't.seq = v.old_number',
      { seq: 'v.number', to_time: 'v.closed', added: 't.added + v.more' },
    );
    await stream.advance(store, moves, changed);
    return moves.map(({ seq }) => seq);
  }

  moveOffsets(topic: string, moves: readonly OffsetMove[]): Promise<boolean> {
    return stream.moveOffsets(this.#store(), topic, moves);
  }

  async setOutboxPositions(positions: readonly OutboxPosition[]): Promise<void> {
    const own = positions.map((position) => ({ position, ids: this.#ids(position) }));
    await stream.setOutboxPositions(this.#store(), own);
  }

  async commit(): Promise<void> {
    const connection = this.#use();
    const { directory, mutex } = this.#database;
    await mutex.run(async () => {
      const added = [...this.#symbols].filter(([symbol]) => !directory.committedSymbols.has(symbol));
      for (const [symbol, id] of added)
        await connection.run(`INSERT INTO dim_symbol VALUES (${id}, ${text(symbol)})`);
      await this.#database.commit(connection);
      for (const [symbol] of added) directory.committedSymbols.add(symbol);
      if (this.#isMirroring) await this.#database.reload();
    });
    this.#end();
  }

  async rollback(): Promise<void> {
    if (!this.#isOpen) return;
    await rollbackQuietly(this.#writer.connection);
    this.#end();
  }

  #end(): void {
    this.#isOpen = false;
    for (const seq of this.#changes) this.#database.directory.closeChange(seq);
    this.#database.returnWriter(this.#writer);
  }

  #openChange(): number {
    const seq = this.#database.directory.openChange();
    this.#changes.push(seq);
    return seq;
  }

  #use(): DuckDBConnection {
    if (!this.#isOpen) throw new Error('warehouse: this session is over; begin another one');
    return this.#writer.connection;
  }

  #store(): DuckDbStore {
    return new DuckDbStore(this.#use());
  }

  /** Ids of a partition. A new symbol gets its dimension row with the commit. */
  #ids(key: PartitionKey): [symbol: number, interval: number] {
    const { directory } = this.#database;
    const symbol = directory.reserveSymbol(key.symbol);
    const interval = directory.interval(key.interval).id;
    this.#symbols.set(key.symbol, symbol);
    return [symbol, interval];
  }

  async #append(
    table: string,
    ids: readonly number[],
    columns: readonly ColumnSpec[],
    batch: RecordBatch,
  ): Promise<void> {
    await this.#appender(table, ids.length, columns).append(ids, batch);
  }

  #appender(table: string, idCount: number, columns: readonly ColumnSpec[]): BulkAppender {
    const connection = this.#use();
    const { appenders } = this.#writer;
    let appender = appenders.get(table);
    // Codes may have come since.
    if (appender?.columns !== columns) {
      appender = new BulkAppender(connection, table, idCount, columns);
      appenders.set(table, appender);
    }
    return appender;
  }

  async #delete(source: Source, range: TimeRange): Promise<void> {
    await this.#use().run(`DELETE FROM ${source.table} WHERE ${within(source, range)}`);
  }
}
