import type { RecordBatch } from 'apache-arrow';
import type { ColumnSpec } from '../columns.js';
import { codeColumn } from '../schema/bar-indicator.js';
import { indicatorColumns, KLINE_COLUMNS } from '../schema/batches.js';
import { type BatchAppend, checkColumns, indicatorSource, resultSource } from '../store/facts.js';
import * as ledger from '../store/ledger.js';
import { type Ids, StoreSession } from '../store/session.js';
import { quote } from '../store/sql.js';
import * as stream from '../store/stream.js';
import type {
  Advance,
  BarAppend,
  KlineChange,
  KlineReject,
  OffsetMove,
  PartitionKey,
  TaskRecord,
  WriteSession,
} from '../warehouse.js';
import { appendBatches } from './append.js';
import { moveChanges, recordChange } from './changes.js';
import { type MySqlDatabase, rollbackQuietly } from './database.js';
import type { MySqlDirectory } from './directory.js';
import { isDuplicate } from './errors.js';
import * as klines from './klines.js';
import { lockPartition, releaseLocks } from './locks.js';
import type { MySqlStore } from './store.js';

/** Rows of a bulk write: the first of a batch are on their way while the others are encoded. */
const PIECE_ROWS = 4_096;
/** Bulk writes that wait, encoded, behind the one that is sent: those of a chunk, while the next one is encoded. */
const SENDS_AHEAD = 16;

/** One transaction on a connection of its own; the only writer of every partition that it has touched. */
export class MySqlSession extends StoreSession implements WriteSession {
  readonly #database: MySqlDatabase;
  readonly #store: MySqlStore;
  readonly #locked = new Set<string>();
  /** The end of the bulk writes that are under way: the server works while the next ones are encoded. */
  #pending: Promise<void> = Promise.resolve();
  /** Those of them that may not have ended. */
  readonly #sends: Promise<void>[] = [];
  #isOpen = true;

  private constructor(database: MySqlDatabase, store: MySqlStore) {
    super();
    this.#database = database;
    this.#store = store;
  }

  static async begin(database: MySqlDatabase): Promise<MySqlSession> {
    return new MySqlSession(database, await database.begin());
  }

  async reviseKlines(key: PartitionKey, batch: RecordBatch, runId: number): Promise<void> {
    checkColumns(batch, KLINE_COLUMNS, 'klines');
    const ids = await this.own(key);
    await klines.reviseKlines(await this.ready(), ids, batch, runId);
  }

  async appendRejects(rejects: readonly KlineReject[]): Promise<number> {
    const rows: { reject: KlineReject; ids: readonly number[] }[] = [];
    for (const reject of rejects) rows.push({ reject, ids: await this.own(reject) });
    return klines.appendRejects(await this.ready(), rows);
  }

  async recordKlineChange(change: Omit<KlineChange, 'seq'>): Promise<number> {
    const ids = await this.own(change);
    return recordChange(await this.ready(), this.#database.name, ids, change);
  }

  async updateIndicators(key: PartitionKey, codes: readonly string[], batch: RecordBatch): Promise<void> {
    this.directory.checkCodes(codes);
    const columns = indicatorColumns(codes);
    checkColumns(batch, columns, 'indicators');
    if (codes.length === 0 || batch.numRows === 0) return;
    await this.own(key);
    const store = await this.ready();
    const names = codes.map((code) => quote(codeColumn(code)));
    await store.run('DROP TEMPORARY TABLE IF EXISTS stage_indicator');
    await store.run(
      `CREATE TEMPORARY TABLE stage_indicator (close_time BIGINT NOT NULL PRIMARY KEY, ${names.map((name) => `${name} DOUBLE NULL`).join(', ')})`,
    );
    const parts = [{ ids: {}, batch }];
    await (await appendBatches(store, { table: 'stage_indicator', columns, parts }))();
    const { where } = indicatorSource(this.directory, key);
    await store.run(
      `UPDATE stage_indicator n JOIN bar_indicator ON ${where} AND bar_indicator.close_time = n.close_time
       SET ${names.map((name) => `bar_indicator.${name} = n.${name}`).join(', ')}`,
    );
    await store.run('DROP TEMPORARY TABLE stage_indicator');
  }

  async clearResults(strategyId: number, key: PartitionKey, predictingAt: Float64Array): Promise<void> {
    if (predictingAt.length === 0) return;
    await this.own(key);
    const { table, where } = resultSource(this.directory, strategyId, key);
    await klines.deleteTimes(await this.ready(), table, `${where} AND predicting_at`, predictingAt);
  }

  async recordTask(task: TaskRecord): Promise<void> {
    const ids = await this.own(task);
    await ledger.insertTask(await this.ready(), 0, ids, task);
  }

  async appendBars(parts: readonly BarAppend[]): Promise<void> {
    const own: { bars: BarAppend; ids: Ids }[] = [];
    for (const bars of parts) own.push({ bars, ids: await this.own(bars) });
    for (const append of stream.barAppends(own, this.directory.codes)) await this.#send(append);
    await stream.insertGaps(await this.ready(), own);
  }

  async advance(steps: readonly Advance[]): Promise<readonly number[]> {
    if (steps.length === 0) return [];
    const own: (Advance & { ids: Ids })[] = [];
    for (const step of steps) own.push({ ...step, ids: await this.own(step) });
    const store = await this.ready();
    const numbers = await moveChanges(store, this.#database.name, own);
    const moves = own.map((step) => ({ ...step, seq: numbers.get(step.change) ?? 0 }));
    await stream.advance(store, moves, numbers.size);
    return moves.map(({ seq }) => seq);
  }

  override async moveOffsets(topic: string, moves: readonly OffsetMove[]): Promise<boolean> {
    try {
      return await super.moveOffsets(topic, moves);
    } catch (error) {
      // Another consumer has committed the first offset of this partition since this one looked.
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  async commit(): Promise<void> {
    await this.#database.commit(await this.ready());
    await this.#end();
    if (this.isMirroring) await this.#database.reload();
  }

  async rollback(): Promise<void> {
    if (!this.#isOpen) return;
    // What is under way must not come after it; its error was its caller's.
    await this.#pending.catch(() => undefined);
    await rollbackQuietly(this.#store);
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#isOpen = false;
    if (this.#locked.size > 0 && !this.#store.isBroken)
      await releaseLocks(this.#store).catch(() => this.#store.destroy());
    this.#database.release(this.#store);
  }

  protected get directory(): MySqlDirectory {
    return this.#database.directory;
  }

  /** The connection, when nothing is under way on it. @throws what the last bulk write met */
  protected async ready(): Promise<MySqlStore> {
    this.#checkOpen();
    await this.#pending;
    return this.#store;
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw new Error('warehouse: this session is over; begin another one');
  }

  /** Ids of a partition, which is this session's alone from now on. @throws WarehouseHeldError */
  protected async own(key: PartitionKey): Promise<Ids> {
    this.#checkOpen();
    this.directory.interval(key.interval);
    const name = `${key.symbol}\0${key.interval}`;
    if (!this.#locked.has(name)) {
      await lockPartition(await this.ready(), this.#database.name, key);
      this.#locked.add(name);
    }
    return this.ids(key);
  }

  protected async ids(key: PartitionKey): Promise<Ids> {
    const interval = this.directory.interval(key.interval).id;
    const known = this.directory.knownSymbol(key.symbol);
    if (known !== undefined) return [known, interval];
    // On a connection of its own: the row must be there for others, whatever becomes of this transaction.
    const symbol = await this.#database.use((store) => this.directory.symbolId(store, key.symbol));
    return [symbol, interval];
  }

  protected async append(
    table: string,
    key: PartitionKey,
    columns: readonly ColumnSpec[],
    batch: RecordBatch,
    strategyId?: number,
  ): Promise<void> {
    const [symbol_id, interval_id] = await this.own(key);
    const ids = { ...(strategyId === undefined ? {} : { strategy_id: strategyId }), symbol_id, interval_id };
    for (let from = 0; from < batch.numRows; from += PIECE_ROWS) {
      const piece = batch.slice(from, from + PIECE_ROWS);
      await this.#send({
        table,
        columns,
        parts: [{ ids, batch: piece }],
      });
    }
  }

  protected async deleteDerived(key: PartitionKey, closeTimes: Float64Array): Promise<void> {
    const ids = await this.own(key);
    await klines.deleteDerived(await this.ready(), ids, closeTimes);
  }

  async #send(append: BatchAppend): Promise<void> {
    const send = await appendBatches(this.#store, append);
    this.#checkOpen();
    if (this.#sends.length === SENDS_AHEAD) await this.#sends.shift();
    this.#pending = this.#pending.then(send);
    this.#sends.push(this.#pending);
    // It is awaited before anything else is asked; until then its error is nobody's.
    this.#pending.catch(() => undefined);
  }
}
