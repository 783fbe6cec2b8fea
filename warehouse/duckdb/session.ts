import { setImmediate } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import type { ColumnSpec } from '../columns.js';
import { PartitionMovedError } from '../errors.js';
import { codeColumn } from '../schema/bar-indicator.js';
import { indicatorColumns, KLINE_COLUMNS } from '../schema/batches.js';
import { checkColumns, indicatorSource, resultSource } from '../store/facts.js';
import * as ledger from '../store/ledger.js';
import { type Ids, StoreSession } from '../store/session.js';
import { quote, text } from '../store/sql.js';
import * as stream from '../store/stream.js';
import type {
  Advance,
  BarAppend,
  KlineChange,
  KlineReject,
  PartitionKey,
  TaskRecord,
  WriteSession,
} from '../warehouse.js';
import { BulkAppender } from './append.js';
import { type Database, rollbackQuietly, type WriterConnection } from './database.js';
import type { DuckDbDirectory } from './directory.js';
import { FEW_ROWS } from './few-rows.js';
import * as klines from './klines.js';
import { withTimes } from './staging.js';
import { DuckDbStore } from './store.js';

/**
 * After so much memory that was freed is given back: some 190,000 bars with all their facts. Twice as often would cost 3 % of
 * the time, and never a tenth of the memory.
 */
const TRIM_BYTES = 128 * 2 ** 20;

/** One transaction on a connection that is its own until it ends. */
export class DuckDbSession extends StoreSession implements WriteSession {
  readonly #database: Database;
  readonly #writer: WriterConnection;
  readonly #symbols = new Map<string, number>();
  /** Changes of its own by number, in their order. */
  readonly #changes = new Map<number, { readonly key: PartitionKey; readonly ids: Ids }>();
  /** Tables and partitions of them that it has written into. */
  readonly #written = new Set<string>();
  /** Those partitions, by their ids with a comma. */
  readonly #computed = new Set<string>();
  /** What the clock of changes said when it began. */
  readonly #began: number;
  /** Of the rows that were appended in bulk, as 64-bit values. */
  #bytes = 0;
  /** Of those, when freed memory was last given back. */
  #trimmedAt = 0;
  #isOpen = true;

  private constructor(database: Database, writer: WriterConnection, began: number) {
    super();
    this.#database = database;
    this.#writer = writer;
    this.#began = began;
  }

  static async begin(database: Database): Promise<DuckDbSession> {
    const writer = await database.takeWriter();
    const began = database.directory.clock;
    await writer.connection.run('BEGIN TRANSACTION');
    return new DuckDbSession(database, writer, began);
  }

  async reviseKlines(key: PartitionKey, batch: RecordBatch, runId: number): Promise<void> {
    checkColumns(batch, KLINE_COLUMNS, 'klines');
    await klines.reviseKlines(this.#use(), this.#ids(key), batch, runId);
  }

  async appendRejects(rejects: readonly KlineReject[]): Promise<number> {
    const rows = rejects.map((reject) => ({ reject, ids: this.#ids(reject) }));
    return klines.appendRejects(this.#use(), rows);
  }

  async recordKlineChange(change: Omit<KlineChange, 'seq'>): Promise<number> {
    const ids = this.#ids(change);
    const seq = this.#openChange(change, ids);
    await ledger.insertChange(this.#store(), ids, { ...change, seq });
    return seq;
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

  async recordTask(task: TaskRecord): Promise<void> {
    await ledger.insertTask(this.#store(), this.#database.directory.next('task'), this.#ids(task), task);
  }

  async appendBars(parts: readonly BarAppend[]): Promise<void> {
    const own = parts.map((bars) => ({ bars, ids: this.#ids(bars) }));
    for (const { table, columns, parts: batches } of stream.barAppends(own, this.#database.directory.codes)) {
      const filled = batches.map(({ ids, batch }) => ({ ids: Object.values(ids), batch }));
      for (const { ids } of filled) this.noteRows(table, ids);
      const rows = filled.reduce((sum, { batch }) => sum + batch.numRows, 0);
      if (rows <= FEW_ROWS) await this.#writer.fewRows.insert(table, columns, filled);
      else await this.#appender(table, filled[0]!.ids.length, columns).appendAll(filled);
    }
    await stream.insertGaps(this.#store(), own);
  }

  async advance(steps: readonly Advance[]): Promise<readonly number[]> {
    if (steps.length === 0) return [];
    const store = this.#store();
    const moves = steps.map((step) => {
      const ids = this.#ids(step);
      return { ...step, ids, seq: this.#openChange(step, ids) };
    });
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

  async commit(): Promise<void> {
    const connection = this.#use();
    const { directory, mutex } = this.#database;
    await mutex.run(async () => {
      this.#checkChanges();
      const added = [...this.#symbols].filter(([symbol]) => !directory.committedSymbols.has(symbol));
      for (const [symbol, id] of added)
        await connection.run(`INSERT INTO dim_symbol VALUES (${id}, ${text(symbol)})`);
      await this.#database.commit(connection, this.#bytes);
      for (const [symbol] of added) directory.committedSymbols.add(symbol);
      directory.changed(this.#changes);
      directory.computed(this.#computed);
      if (this.isMirroring) await this.#database.reload();
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
    for (const seq of this.#changes.keys()) this.#database.directory.closeChange(seq);
    this.#database.returnWriter(this.#writer);
  }

  #openChange(key: PartitionKey, ids: Ids): number {
    const seq = this.#database.directory.openChange();
    this.#changes.set(seq, { key, ids });
    return seq;
  }

  /**
   * DuckDB sees no conflict in two transactions that add bars to one partition. The second one has not seen the first
   * one's, and numbers of changes that are committed out of their order would be passed over.
   */
  #checkChanges(): void {
    const { directory } = this.#database;
    for (const { key, ids } of this.#changes.values())
      if (directory.hasChangedSince(ids, this.#began)) throw new PartitionMovedError(key);
  }

  /** From memory: a statement takes a tenth of the time of a bar. */
  protected override async newestChanges(partitions: readonly Ids[]): Promise<ReadonlyMap<string, number>> {
    const newest = new Map<string, number>();
    for (const ids of partitions) newest.set(ids.join(), this.#database.directory.newestChange(ids));
    for (const [seq, { ids }] of this.#changes)
      newest.set(ids.join(), Math.max(seq, newest.get(ids.join()) ?? 0));
    return newest;
  }

  #use(): DuckDBConnection {
    if (!this.#isOpen) throw new Error('warehouse: this session is over; begin another one');
    return this.#writer.connection;
  }

  #store(): DuckDbStore {
    return new DuckDbStore(this.#use());
  }

  protected get directory(): DuckDbDirectory {
    return this.#database.directory;
  }

  protected async ready(): Promise<DuckDbStore> {
    return this.#store();
  }

  protected async own(key: PartitionKey): Promise<Ids> {
    return this.#ids(key);
  }

  protected ids(key: PartitionKey): Promise<Ids> {
    return this.own(key);
  }

  /** Ids of a partition. A new symbol gets its dimension row with the commit. */
  #ids(key: PartitionKey): Ids {
    const { directory } = this.#database;
    const symbol = directory.reserveSymbol(key.symbol);
    const interval = directory.interval(key.interval).id;
    this.#symbols.set(key.symbol, symbol);
    return [symbol, interval];
  }

  protected async append(
    table: string,
    key: PartitionKey,
    columns: readonly ColumnSpec[],
    batch: RecordBatch,
    strategyId?: number,
  ): Promise<void> {
    const ids = [...(strategyId === undefined ? [] : [strategyId]), ...this.#ids(key)];
    await this.#appender(table, ids.length, columns).append(ids, batch);
    this.#bytes += 8 * batch.numRows * (ids.length + columns.length);
    if (this.#bytes - this.#trimmedAt >= TRIM_BYTES) {
      this.#trimmedAt = this.#bytes;
      await this.#database.trim();
    }
    // DuckDB has held this thread up: the next chunk's reads and computations, which waited for it, go on before the next write.
    await setImmediate();
  }

  /**
   * From memory: ten statements that delete nothing take as long as to write a thousand bars. What is committed is known by
   * partition, its own rows by table.
   */
  protected override mayHold(table: string, ids: readonly number[]): boolean {
    return (
      this.isMirroring || this.directory.isComputed(ids.slice(-2)) || this.#written.has(nameOf(table, ids))
    );
  }

  protected override noteRows(table: string, ids: readonly number[]): void {
    this.#written.add(nameOf(table, ids));
    this.#computed.add(ids.slice(-2).join());
  }

  protected async deleteDerived(key: PartitionKey, closeTimes: Float64Array): Promise<void> {
    await klines.deleteDerived(this.#use(), this.#ids(key), closeTimes);
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
}

const nameOf = (table: string, ids: readonly number[]): string => `${table} ${ids.join()}`;
