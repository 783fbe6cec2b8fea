import type { DuckDBConnection } from '@duckdb/node-api';
import type {
  Head,
  KlineChange,
  LineageBlock,
  ResampleHead,
  RunRecord,
  TaskRecord,
  TradeCheckpoint,
} from '../warehouse.js';
import { appendRows } from './append.js';
import { rows, text, whole } from './sql.js';

type Ids = readonly number[];

const PARTITION = `s.symbol, i."interval"`;
const JOIN =
  'JOIN dim_symbol s ON s.symbol_id = t.symbol_id JOIN dim_interval i ON i.interval_id = t.interval_id';

export async function insertChange(
  connection: DuckDBConnection,
  ids: Ids,
  change: KlineChange,
): Promise<void> {
  const { seq, runId, fromTime, toTime, added, revised } = change;
  const row = [seq, runId, ...ids, fromTime, toTime, added, revised];
  await appendRows(connection, 'kline_change', 'lliillll', [row]);
}

/** Changes with `since < seq <= until`. */
export function klineChanges(
  connection: DuckDBConnection,
  since: number,
  until: number,
): Promise<KlineChange[]> {
  return rows(
    connection,
    `SELECT t.seq, t.run_id AS "runId", ${PARTITION}, t.from_time AS "fromTime", t.to_time AS "toTime", t.added, t.revised
     FROM kline_change t ${JOIN} WHERE t.seq > ${whole(since)} AND t.seq <= ${whole(until)} ORDER BY t.seq`,
  );
}

export async function setHead(connection: DuckDBConnection, ids: Ids, head: Head): Promise<void> {
  const { strategyId, seq, lastCloseTime, versions, runId } = head;
  await connection.run(
    `DELETE FROM stage_head WHERE symbol_id = ${ids[0]} AND interval_id = ${ids[1]}
     AND strategy_id IS NOT DISTINCT FROM ${strategyId === null ? 'NULL' : whole(strategyId)}`,
  );
  const row = [...ids, strategyId, seq, head.rows, lastCloseTime, JSON.stringify(versions), runId];
  await appendRows(connection, 'stage_head', 'iiillltl', [row]);
}

export async function heads(connection: DuckDBConnection): Promise<Head[]> {
  const found = await rows<Omit<Head, 'versions'> & { versions: string }>(
    connection,
    `SELECT ${PARTITION}, t.strategy_id AS "strategyId", t.seq, t.row_count AS "rows",
       t.last_close_time AS "lastCloseTime", t.versions, t.run_id AS "runId"
     FROM stage_head t ${JOIN} ORDER BY s.symbol, i.interval_id, t.strategy_id NULLS FIRST`,
  );
  return found.map((head) => ({ ...head, versions: JSON.parse(head.versions) }));
}

/** @param ids symbol, target interval, source interval */
export async function setResampleHead(
  connection: DuckDBConnection,
  ids: Ids,
  head: ResampleHead,
): Promise<void> {
  await connection.run(
    `DELETE FROM resample_head WHERE symbol_id = ${ids[0]} AND interval_id = ${ids[1]} AND source_interval_id = ${ids[2]}`,
  );
  const row = [...ids, head.seq, head.partialSeq, head.version, head.runId];
  await appendRows(connection, 'resample_head', 'iiillll', [row]);
}

export function resampleHeads(connection: DuckDBConnection): Promise<ResampleHead[]> {
  return rows(
    connection,
    `SELECT ${PARTITION}, d."interval" AS source, t.seq, t.partial_seq AS "partialSeq", t.version, t.run_id AS "runId"
     FROM resample_head t ${JOIN} JOIN dim_interval d ON d.interval_id = t.source_interval_id
     ORDER BY s.symbol, i.interval_id, d.interval_id`,
  );
}

export async function insertRun(
  connection: DuckDBConnection,
  runId: number,
  kind: string,
  detail: string,
  startedAt: number,
): Promise<void> {
  await appendRows(connection, 'run', 'ltlltt', [[runId, kind, startedAt, null, 'RUNNING', detail]]);
}

export async function finishRun(
  connection: DuckDBConnection,
  runId: number,
  status: string,
  detail: string,
  finishedAt: number,
): Promise<void> {
  const result = await connection.run(
    `UPDATE run SET status = ${text(status)}, detail = ${text(detail)}, finished_at = ${whole(finishedAt)}
     WHERE run_id = ${whole(runId)}`,
  );
  if (result.rowsChanged === 0) throw new Error(`warehouse: there is no run ${runId}`);
}

/** Newest first. */
export function runs(connection: DuckDBConnection, limit: number): Promise<RunRecord[]> {
  return rows(
    connection,
    `SELECT run_id AS "runId", kind, started_at AS "startedAt", finished_at AS "finishedAt", status, detail
     FROM run ORDER BY run_id DESC LIMIT ${whole(limit)}`,
  );
}

export async function insertTask(
  connection: DuckDBConnection,
  taskId: number,
  ids: Ids,
  task: TaskRecord,
): Promise<void> {
  const { runId, stage, strategyId, fromTime, toTime, bars, rowsWritten, codes, versions } = task;
  const { reason, klineHash, elapsedMs } = task;
  await appendRows(connection, 'run_task', 'lltiiillllttttn', [
    [taskId, runId, stage, strategyId, ...ids, fromTime, toTime, bars, rowsWritten].concat(
      codes.join(';'),
      JSON.stringify(versions),
      reason,
      klineHash as string,
      elapsedMs,
    ),
  ]);
}

/** In the order of their commits' calls. */
export async function tasks(connection: DuckDBConnection, runId: number): Promise<TaskRecord[]> {
  const found = await rows<Omit<TaskRecord, 'codes' | 'versions'> & { codes: string; versions: string }>(
    connection,
    `SELECT t.run_id AS "runId", t.stage, t.strategy_id AS "strategyId", ${PARTITION}, t.from_time AS "fromTime",
       t.to_time AS "toTime", t.bars, t.rows_written AS "rowsWritten", t.codes, t.versions, t.reason,
       t.kline_hash AS "klineHash", t.elapsed_ms AS "elapsedMs"
     FROM run_task t ${JOIN} WHERE t.run_id = ${whole(runId)} ORDER BY t.task_id`,
  );
  return found.map((task) => ({
    ...task,
    codes: task.codes === '' ? [] : task.codes.split(';'),
    versions: JSON.parse(task.versions),
  }));
}

export async function insertBlocks(
  connection: DuckDBConnection,
  ids: Ids,
  blocks: readonly LineageBlock[],
): Promise<void> {
  await appendRows(
    connection,
    'lineage_block',
    'iilltb',
    blocks.map(({ rows: count, closeTime, klineHash, state }) => [
      ...ids,
      count,
      closeTime,
      klineHash,
      state === null ? null : toBytes(state),
    ]),
  );
}

/** Blocks of a partition in order, without their states. */
export async function lineage(connection: DuckDBConnection, where: string): Promise<LineageBlock[]> {
  const found = await rows<Omit<LineageBlock, 'state'>>(
    connection,
    `SELECT row_count AS "rows", close_time AS "closeTime", kline_hash AS "klineHash"
     FROM lineage_block WHERE ${where} ORDER BY row_count`,
  );
  return found.map((block) => ({ ...block, state: null }));
}

/** The last block with a state that ends before `before`. */
export async function checkpoint(
  connection: DuckDBConnection,
  where: string,
  before: number,
): Promise<LineageBlock | null> {
  const bound = before === Number.POSITIVE_INFINITY ? 'true' : `close_time < ${whole(Math.ceil(before))}`;
  const found = await rows<Omit<LineageBlock, 'state'> & { state: Uint8Array }>(
    connection,
    `SELECT row_count AS "rows", close_time AS "closeTime", kline_hash AS "klineHash", state
     FROM lineage_block WHERE ${where} AND state IS NOT NULL AND ${bound} ORDER BY row_count DESC LIMIT 1`,
  );
  const block = found[0];
  return block === undefined ? null : { ...block, state: toNumbers(block.state) };
}

export async function insertTradeCheckpoints(
  connection: DuckDBConnection,
  ids: Ids,
  checkpoints: readonly TradeCheckpoint[],
): Promise<void> {
  await appendRows(
    connection,
    'trade_checkpoint',
    'iiilb',
    checkpoints.map(({ closeTime, state }) => [...ids, closeTime, toBytes(state)]),
  );
}

export async function tradeCheckpoint(
  connection: DuckDBConnection,
  where: string,
  closeTime: number,
): Promise<TradeCheckpoint | null> {
  const found = await rows<{ state: Uint8Array }>(
    connection,
    `SELECT state FROM trade_checkpoint WHERE ${where} AND close_time = ${whole(closeTime)}`,
  );
  return found[0] === undefined ? null : { closeTime, state: toNumbers(found[0].state) };
}

const toBytes = (state: Float64Array): Uint8Array =>
  new Uint8Array(state.buffer, state.byteOffset, state.byteLength);

/** A copy: the bytes of a blob need not be aligned. */
const toNumbers = (bytes: Uint8Array): Float64Array => new Float64Array(Uint8Array.from(bytes).buffer);
