import { KLINE_CHANGE } from '../schema/kline-change.js';
import { LINEAGE_BLOCK } from '../schema/lineage-block.js';
import { RESAMPLE_HEAD } from '../schema/resample-head.js';
import { RUN } from '../schema/run.js';
import { RUN_TASK } from '../schema/run-task.js';
import { STAGE_HEAD } from '../schema/stage-head.js';
import { TRADE_CHECKPOINT } from '../schema/trade-checkpoint.js';
import type {
  Head,
  KlineChange,
  KnownChange,
  LineageBlock,
  ResampleHead,
  RunRecord,
  TaskRecord,
  TradeCheckpoint,
} from '../warehouse.js';
import { text, whole } from './sql.js';
import type { Store } from './store.js';

type Ids = readonly number[];

/** @param ids symbol, interval */
const partition = (ids: Ids) => ({ symbol_id: ids[0]!, interval_id: ids[1]! });

const PARTITION = `s.symbol, i."interval"`;
const JOIN =
  'JOIN dim_symbol s ON s.symbol_id = t.symbol_id JOIN dim_interval i ON i.interval_id = t.interval_id';

export function insertChange(store: Store, ids: Ids, change: KlineChange): Promise<void> {
  const { seq, runId, fromTime, toTime, added, revised } = change;
  const range = { from_time: fromTime, to_time: toTime };
  return store.insert(KLINE_CHANGE, [{ seq, run_id: runId, ...partition(ids), ...range, added, revised }]);
}

/** Changes with `since < seq <= until`. */
export function klineChanges(store: Store, since: number, until: number): Promise<KlineChange[]> {
  return store.rows(`SELECT t.seq, t.run_id AS "runId", ${PARTITION}, t.from_time AS "fromTime", t.to_time AS "toTime", t.added, t.revised
     FROM kline_change t ${JOIN} WHERE t.seq > ${whole(since)} AND t.seq <= ${whole(until)} ORDER BY t.seq`);
}

export function newestChanges(store: Store): Promise<KnownChange[]> {
  return store.rows(
    `SELECT ${PARTITION}, t.seq FROM (SELECT symbol_id, interval_id, max(seq) AS seq FROM kline_change
     GROUP BY symbol_id, interval_id) t ${JOIN} ORDER BY s.symbol, i.interval_id`,
  );
}

/** The newest changes behind `since` of these partitions, by their ids with a comma. */
export async function changesBehind(
  store: Store,
  partitions: readonly Ids[],
  since: number,
): Promise<ReadonlyMap<string, number>> {
  if (partitions.length === 0) return new Map();
  const list = partitions.map((ids) => `(${ids.join()})`).join();
  const rows = await store.rows<{ sid: number; iid: number; newest: number }>(
    `SELECT symbol_id AS sid, interval_id AS iid, max(seq) AS newest FROM kline_change
     WHERE seq > ${whole(since)} AND (symbol_id, interval_id) IN (${list}) GROUP BY symbol_id, interval_id`,
  );
  return new Map(rows.map(({ sid, iid, newest }) => [`${sid},${iid}`, newest]));
}

export function deleteHead(store: Store, ids: Ids, strategyId: number | null): Promise<number> {
  const ofStrategy = strategyId === null ? 'strategy_id IS NULL' : `strategy_id = ${whole(strategyId)}`;
  return store.run(
    `DELETE FROM stage_head WHERE symbol_id = ${ids[0]} AND interval_id = ${ids[1]} AND ${ofStrategy}`,
  );
}

export function insertHead(store: Store, ids: Ids, head: Head): Promise<void> {
  const { strategyId, seq, finerSeq, lastCloseTime, versions, runId } = head;
  const state = {
    seq,
    finer_seq: finerSeq,
    row_count: head.rows,
    last_close_time: lastCloseTime,
    run_id: runId,
  };
  return store.insert(STAGE_HEAD, [
    { ...partition(ids), strategy_id: strategyId, ...state, versions: JSON.stringify(versions) },
  ]);
}

export async function heads(store: Store): Promise<Head[]> {
  const found = await store.rows<
    Omit<Head, 'versions'> & { versions: string }
  >(`SELECT ${PARTITION}, t.strategy_id AS "strategyId", t.seq, t.finer_seq AS "finerSeq",
       t.row_count AS "rows", t.last_close_time AS "lastCloseTime", t.versions, t.run_id AS "runId"
     FROM stage_head t ${JOIN} ORDER BY s.symbol, i.interval_id, coalesce(t.strategy_id, 0)`);
  return found.map((head) => ({ ...head, versions: JSON.parse(head.versions) }));
}

export async function setResampleHead(store: Store, ids: Ids, head: ResampleHead): Promise<void> {
  await store.run(
    `DELETE FROM resample_head WHERE symbol_id = ${ids[0]} AND interval_id = ${ids[1]} AND source_interval_id = ${ids[2]}`,
  );
  const { seq, partialSeq, version, runId } = head;
  const state = { seq, partial_seq: partialSeq, version, run_id: runId };
  await store.insert(RESAMPLE_HEAD, [{ ...partition(ids), source_interval_id: ids[2]!, ...state }]);
}

export function resampleHeads(store: Store): Promise<ResampleHead[]> {
  return store.rows(`SELECT ${PARTITION}, d."interval" AS source, t.seq, t.partial_seq AS "partialSeq", t.version, t.run_id AS "runId"
     FROM resample_head t ${JOIN} JOIN dim_interval d ON d.interval_id = t.source_interval_id
     ORDER BY s.symbol, i.interval_id, d.interval_id`);
}

/** @param runId 0: the database numbers it */
export function insertRun(
  store: Store,
  runId: number,
  kind: string,
  detail: string,
  startedAt: number,
): Promise<void> {
  const state = { started_at: startedAt, finished_at: null, status: 'RUNNING', detail };
  return store.insert(RUN, [{ run_id: runId, kind, ...state }]);
}

export async function finishRun(
  store: Store,
  runId: number,
  status: string,
  detail: string,
  finishedAt: number,
): Promise<void> {
  const changed = await store.run(
    `UPDATE run SET status = ${text(status)}, detail = ${text(detail)}, finished_at = ${whole(finishedAt)}
     WHERE run_id = ${whole(runId)}`,
  );
  if (changed === 0) throw new Error(`warehouse: there is no run ${runId}`);
}

/** Newest first. */
export function runs(store: Store, limit: number): Promise<RunRecord[]> {
  return store.rows(`SELECT run_id AS "runId", kind, started_at AS "startedAt", finished_at AS "finishedAt", status, detail
     FROM run ORDER BY run_id DESC LIMIT ${whole(limit)}`);
}

/** @param taskId 0: the database numbers it */
export function insertTask(store: Store, taskId: number, ids: Ids, task: TaskRecord): Promise<void> {
  return store.insert(RUN_TASK, [
    {
      task_id: taskId,
      run_id: task.runId,
      stage: task.stage,
      strategy_id: task.strategyId,
      ...partition(ids),
      from_time: task.fromTime,
      to_time: task.toTime,
      bars: task.bars,
      rows_written: task.rowsWritten,
      codes: task.codes.join(';'),
      versions: JSON.stringify(task.versions),
      reason: task.reason,
      kline_hash: task.klineHash,
      elapsed_ms: task.elapsedMs,
    },
  ]);
}

/** In the order of their commits' calls. */
export async function tasks(store: Store, runId: number): Promise<TaskRecord[]> {
  const found = await store.rows<
    Omit<TaskRecord, 'codes' | 'versions'> & { codes: string; versions: string }
  >(`SELECT t.run_id AS "runId", t.stage, t.strategy_id AS "strategyId", ${PARTITION}, t.from_time AS "fromTime",
       t.to_time AS "toTime", t.bars, t.rows_written AS "rowsWritten", t.codes, t.versions, t.reason,
       t.kline_hash AS "klineHash", t.elapsed_ms AS "elapsedMs"
     FROM run_task t ${JOIN} WHERE t.run_id = ${whole(runId)} ORDER BY t.task_id`);
  return found.map((task) => ({
    ...task,
    codes: task.codes === '' ? [] : task.codes.split(';'),
    versions: JSON.parse(task.versions),
  }));
}

export function insertBlocks(store: Store, ids: Ids, blocks: readonly LineageBlock[]): Promise<void> {
  return store.insert(
    LINEAGE_BLOCK,
    blocks.map(({ rows: count, closeTime, klineHash, state }) => ({
      ...partition(ids),
      row_count: count,
      close_time: closeTime,
      kline_hash: klineHash,
      state: state === null ? null : toBytes(state),
    })),
  );
}

/** Blocks of a partition in order, without their states. */
export async function lineage(store: Store, where: string): Promise<LineageBlock[]> {
  const found = await store.rows<
    Omit<LineageBlock, 'state'>
  >(`SELECT row_count AS "rows", close_time AS "closeTime", kline_hash AS "klineHash"
     FROM lineage_block WHERE ${where} ORDER BY row_count`);
  return found.map((block) => ({ ...block, state: null }));
}

/** The last block with a state that ends before `before`. */
export async function checkpoint(store: Store, where: string, before: number): Promise<LineageBlock | null> {
  const bound = before === Number.POSITIVE_INFINITY ? '1 = 1' : `close_time < ${whole(Math.ceil(before))}`;
  const found = await store.rows<
    Omit<LineageBlock, 'state'> & { state: Uint8Array }
  >(`SELECT row_count AS "rows", close_time AS "closeTime", kline_hash AS "klineHash", state
     FROM lineage_block WHERE ${where} AND state IS NOT NULL AND ${bound} ORDER BY row_count DESC LIMIT 1`);
  const block = found[0];
  return block === undefined ? null : { ...block, state: toNumbers(block.state) };
}

/** @param ids strategy, symbol, interval */
export function insertTradeCheckpoints(
  store: Store,
  [strategyId, ...ids]: Ids,
  checkpoints: readonly TradeCheckpoint[],
): Promise<void> {
  return store.insert(
    TRADE_CHECKPOINT,
    checkpoints.map(({ closeTime, state }) => ({
      strategy_id: strategyId!,
      ...partition(ids),
      close_time: closeTime,
      state: toBytes(state),
    })),
  );
}

export async function tradeCheckpoint(
  store: Store,
  where: string,
  closeTime: number,
): Promise<TradeCheckpoint | null> {
  const found = await store.rows<{ state: Uint8Array }>(
    `SELECT state FROM trade_checkpoint WHERE ${where} AND close_time = ${whole(closeTime)}`,
  );
  return found[0] === undefined ? null : { closeTime, state: toNumbers(found[0].state) };
}

const toBytes = (state: Float64Array): Uint8Array =>
  new Uint8Array(state.buffer, state.byteOffset, state.byteLength);

/** A copy: the bytes of a blob need not be aligned. */
const toNumbers = (bytes: Uint8Array): Float64Array => new Float64Array(Uint8Array.from(bytes).buffer);
