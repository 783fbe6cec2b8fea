import { indicatorColumns, KLINE_COLUMNS, PREDICTION_COLUMNS, RESULT_COLUMNS } from '../schema/batches.js';
import { KLINE_GAP } from '../schema/kline-gap.js';
import type { BarAppend, LineageBlock, OffsetMove, OutboxPosition, StreamOffset } from '../warehouse.js';
import { type BatchAppend, checkColumns } from './facts.js';
import { text } from './sql.js';
import type { Store } from './store.js';

/** Symbol and interval. */
type Ids = readonly [symbol: number, interval: number];

/** One partition that has grown: ids, its change's old and new number, what its rows become. */
export interface Move {
  readonly ids: Ids;
  readonly change: number;
  readonly seq: number;
  readonly added: number;
  readonly block: Omit<LineageBlock, 'state'>;
  readonly heads: number;
}

export function streamOffsets(store: Store, topic: string): Promise<StreamOffset[]> {
  return store.rows(
    `SELECT kafka_partition AS "partition", next_offset AS "nextOffset" FROM stream_offset
     WHERE topic = ${text(topic)} ORDER BY kafka_partition`,
  );
}

/** @returns false when some partition's offset is not the expected one */
export async function moveOffsets(
  store: Store,
  topic: string,
  moves: readonly OffsetMove[],
): Promise<boolean> {
  const made = moves.filter(({ expected }) => expected === null);
  const moved = moves.filter(({ expected }) => expected !== null);
  let done = 0;
  if (made.length > 0) {
    const rows = made.map(({ partition, next }) => [partition, next]);
    const list = store.list({ columns: ['kp', 'until'], rows });
    done += await store.run(
      `INSERT INTO stream_offset SELECT ${text(topic)}, v.kp, v.until FROM ${list} WHERE NOT EXISTS
       (SELECT 1 FROM stream_offset o WHERE o.topic = ${text(topic)} AND o.kafka_partition = v.kp)`,
    );
  }
  if (moved.length > 0)
    done += await store.updateBy(
      'stream_offset',
      {
        columns: ['kp', 'expected', 'until'],
        rows: moved.map(({ partition, expected, next }) => [partition, expected!, next]),
      },
      `t.topic = ${text(topic)} AND t.kafka_partition = v.kp AND t.next_offset = v.expected`,
      { next_offset: 'v.until' },
    );
  return done === moves.length;
}

export function outboxPositions(store: Store): Promise<OutboxPosition[]> {
  return store.rows(
    `SELECT o.strategy_id AS "strategyId", s.symbol, i."interval", o.published_to AS "publishedTo", o.revision
     FROM prediction_outbox o JOIN dim_symbol s ON s.symbol_id = o.symbol_id
     JOIN dim_interval i ON i.interval_id = o.interval_id ORDER BY o.strategy_id, s.symbol, i.interval_id`,
  );
}

/** Updates rows that stand (DuckDB does that in place, while deleted rows stay in the file for a while), adds the rest. */
export async function setOutboxPositions(
  store: Store,
  positions: readonly { readonly ids: Ids; readonly position: OutboxPosition }[],
): Promise<void> {
  if (positions.length === 0) return;
  const list = {
    columns: ['strategy', 'sid', 'iid', 'until', 'rev'],
    rows: positions.map(({ ids, position: { strategyId, publishedTo, revision } }) => [
      strategyId,
      ...ids,
      publishedTo,
      revision,
    ]),
  };
  const same = 't.strategy_id = v.strategy AND t.symbol_id = v.sid AND t.interval_id = v.iid';
  const moved = await store.updateBy('prediction_outbox', list, `${same} AND t.revision <= v.rev`, {
    published_to: 'v.until',
    revision: 'v.rev',
  });
  if (moved === positions.length) return;
  await store.run(
    `INSERT INTO prediction_outbox SELECT v.strategy, v.sid, v.iid, v.until, v.rev FROM ${store.list(list)}
     WHERE NOT EXISTS (SELECT 1 FROM prediction_outbox t WHERE ${same})`,
  );
}

/**
 * Unfinished lineage blocks and heads of partitions that have grown, a statement for each of the two.
 *
 * @param changed how many changes were moved on
 * @throws Error when a row to move does not stand
 */
export async function advance(store: Store, moves: readonly Move[], changed: number): Promise<void> {
  const blocks = moves.map(({ ids, added, block }) => [
    ...ids,
    block.rows - added,
    block.rows,
    block.closeTime,
    block.klineHash,
  ]);
  const hashed = await store.updateBy(
    'lineage_block',
    { columns: ['sid', 'iid', 'old_bars', 'bars', 'closed', 'hash'], rows: blocks },
    't.symbol_id = v.sid AND t.interval_id = v.iid AND t.row_count = v.old_bars AND t.state IS NULL',
    { row_count: 'v.bars', close_time: 'v.closed', kline_hash: 'v.hash' },
  );
  const heads = moves.map(({ ids, seq, added, block }) => [
    ...ids,
    block.rows - added,
    seq,
    block.rows,
    block.closeTime,
  ]);
  const moved = await store.updateBy(
    'stage_head',
    { columns: ['sid', 'iid', 'old_bars', 'number', 'bars', 'closed'], rows: heads },
    // Heads of strategies that are not computed any more stay behind.
    't.symbol_id = v.sid AND t.interval_id = v.iid AND t.row_count = v.old_bars',
    {
      seq: 'v.number',
      row_count: 'v.bars',
      last_close_time: 'v.closed',
    },
  );
  const missing = [
    ['kline_change', moves.length - changed],
    ['lineage_block', blocks.length - hashed],
    ['stage_head', moves.reduce((sum, { heads: own }) => sum + own, 0) - moved],
  ].filter(([, rows]) => rows !== 0);
  if (missing.length > 0)
    throw new Error(
      `warehouse: advance finds not one row for each to move: ${missing.map(([table, rows]) => `${table} lacks ${rows}`).join(', ')}`,
    );
}

/** What of bars goes into which table. @param parts with the ids of their partition @param codes of bar_indicator */
export function barAppends(
  parts: readonly { readonly ids: Ids; readonly bars: BarAppend }[],
  codes: readonly string[],
): BatchAppend[] {
  const own = parts.map(({ ids: [symbol_id, interval_id], bars }) => ({
    bars,
    ids: { symbol_id, interval_id },
  }));
  const said = own.flatMap(({ ids, bars }) =>
    bars.strategies.map((facts) => ({ facts, ids: { strategy_id: facts.strategyId, ...ids } })),
  );
  const appends: BatchAppend[] = [
    {
      table: 'fact_kline',
      columns: KLINE_COLUMNS,
      parts: own.map(({ ids, bars }) => ({ ids, batch: bars.klines })),
    },
    {
      table: 'bar_indicator',
      columns: indicatorColumns(codes),
      parts: own.map(({ ids, bars }) => ({ ids, batch: bars.indicators })),
    },
    {
      table: 'bar_prediction',
      columns: PREDICTION_COLUMNS,
      parts: said.map(({ ids, facts }) => ({ ids, batch: facts.predictions })),
    },
    {
      table: 'fact_prediction_result',
      columns: RESULT_COLUMNS,
      parts: said.map(({ ids, facts }) => ({ ids, batch: facts.results })),
    },
  ];
  for (const { table, columns, parts: batches } of appends)
    for (const { batch } of batches) checkColumns(batch, columns, table);
  return appends
    .map((append) => ({ ...append, parts: append.parts.filter(({ batch }) => batch.numRows > 0) }))
    .filter((append) => append.parts.length > 0);
}

export async function insertGaps(
  store: Store,
  parts: readonly { readonly ids: Ids; readonly bars: BarAppend }[],
): Promise<void> {
  const gaps = parts.flatMap(({ ids: [symbol_id, interval_id], bars }) =>
    bars.gaps.map(({ fromTime, toTime, missing }) => ({
      symbol_id,
      interval_id,
      from_time: fromTime,
      to_time: toTime,
      missing,
    })),
  );
  if (gaps.length > 0) await store.insert(KLINE_GAP, gaps);
}
