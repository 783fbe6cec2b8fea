import { setTimeout as delay } from 'node:timers/promises';
import type { PartitionKey, Warehouse } from '../../warehouse/index.js';
import { durationOf, gridOffset } from '../interval.js';
import { klineArrays } from '../kline-arrays.js';
import { openFile } from '../source/file.js';
import { COLUMN, type RejectReason } from '../source/kline-chunk.js';
import { readKlines } from '../source/klines.js';
import { partitionOfFile } from '../source/partition-of-file.js';
import { type OutgoingBar, outgoingBar } from './kline-producer.js';

/** Bars of one partition in pieces, in the order of their source. */
export interface ReplaySource {
  readonly key: PartitionKey;
  readonly source: string;
  /** A piece is valid until the next one is asked for. */
  readonly pieces: AsyncIterator<{ readonly columns: readonly Float64Array[]; readonly rows: number }>;
}

/** Rows of files that are no bars, by reason (SPEC 2). They are not sent. */
export type ReplayRejects = Map<RejectReason, number>;

/** @throws UserError for a name that says no symbol, and when they are read, for what cannot be read */
export async function fileSources(
  paths: readonly string[],
  given: { readonly symbol?: string | undefined; readonly interval?: string | undefined },
  now: number,
  rejects: ReplayRejects,
): Promise<ReplaySource[]> {
  return Promise.all(
    paths.map(async (path) => {
      const key = await partitionOfFile(path, given);
      const durationMs = durationOf(key.interval);
      const source = openFile(path);
      const chunks = readKlines(source, { durationMs, gridOffset: gridOffset(durationMs), now });
      return { key, source: source.name, pieces: counted(chunks, rejects) };
    }),
  );
}

async function* counted(chunks: ReturnType<typeof readKlines>, rejects: ReplayRejects) {
  for await (const { columns, rows, rejects: found } of chunks) {
    for (const { reason } of found) rejects.set(reason, (rejects.get(reason) ?? 0) + 1);
    yield { columns, rows };
  }
}

/** The partitions of a warehouse. */
export function warehouseSources(warehouse: Warehouse, keys: readonly PartitionKey[]): ReplaySource[] {
  return keys.map((key) => ({ key, source: 'warehouse', pieces: scanned(warehouse, key) }));
}

async function* scanned(warehouse: Warehouse, key: PartitionKey) {
  for await (const batch of warehouse.scanKlines(key, {}))
    yield { columns: klineArrays(batch), rows: batch.numRows };
}

/** Bars sent at a time: the client copies those before it for every message, so that thousands would take longer. */
const BATCH_BARS = 250;
/** A throttled replay sends what is due this often, ms. */
const TICK_MS = 10;

interface Cursor {
  readonly source: ReplaySource;
  columns: readonly Float64Array[];
  rows: number;
  row: number;
}

/**
 * The bars of all sources in the order of their close, each series in the order of its source.
 *
 * @param barsPerSecond null: as fast as they are taken
 * @throws UserError for what cannot be read of the first bars of a source
 */
export async function replay(
  sources: readonly ReplaySource[],
  barsPerSecond: number | null,
): Promise<AsyncGenerator<readonly OutgoingBar[]>> {
  const cursors: Cursor[] = [];
  for (const source of sources) {
    const cursor = { source, columns: [], rows: 0, row: -1 };
    if (await advance(cursor)) cursors.push(cursor);
  }
  return bars(cursors, barsPerSecond);
}

async function* bars(
  cursors: Cursor[],
  barsPerSecond: number | null,
): AsyncGenerator<readonly OutgoingBar[]> {
  const startedAt = performance.now();
  let sent = 0;
  while (cursors.length > 0) {
    let room = BATCH_BARS;
    if (barsPerSecond !== null) {
      await delay(TICK_MS);
      const late = Math.floor(((performance.now() - startedAt) / 1000) * barsPerSecond) - sent;
      room = Math.min(late, BATCH_BARS);
    }
    const due: OutgoingBar[] = [];
    while (due.length < room && cursors.length > 0) {
      const cursor = earliest(cursors);
      const { key, source } = cursor.source;
      due.push(outgoingBar(key, source, cursor.columns, cursor.row));
      if (!(await advance(cursor))) cursors.splice(cursors.indexOf(cursor), 1);
    }
    sent += due.length;
    if (due.length > 0) yield due;
  }
}

function earliest(cursors: readonly Cursor[]): Cursor {
  const closeTime = ({ columns, row }: Cursor): number => columns[COLUMN.CLOSE_TIME]![row]!;
  return cursors.reduce((first, cursor) => (closeTime(cursor) < closeTime(first) ? cursor : first));
}

/** Moves to the next bar. @returns false when there is none */
function advance(cursor: Cursor): Promise<boolean> | boolean {
  return ++cursor.row < cursor.rows ? true : nextPiece(cursor);
}

async function nextPiece(cursor: Cursor): Promise<boolean> {
  for (;;) {
    const { done, value } = await cursor.source.pieces.next();
    if (done === true) return false;
    if (value.rows === 0) continue;
    Object.assign(cursor, { columns: value.columns, rows: value.rows, row: 0 });
    return true;
  }
}
