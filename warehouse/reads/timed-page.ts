import type { AnalyticsSession, BatchColumn } from '../analytics/session.js';
import { gather, type LogicalTable } from '../logical.js';
import type { FactPage, LongPage, NextKey, PageOrder, ShortPage, TimeKey } from './page.js';
import { behind, keyColumns, parametersOf } from './page-keys.js';
import { Stretches } from './stretches.js';

/** Rows that are read at once: enough to cost little each, few enough to hold several a client. */
const PIECE_ROWS = 16_384;

type TimedPage = FactPage & { readonly time: TimeKey };

/** Some rows in order. */
interface Piece extends LogicalTable {
  keyOf(row: number): number[];
}

// Pages in the order of time are found stretch by stretch: DuckDB skips row groups of other times by their statistics, and
// what it finds is put in order here, since ORDER BY with LIMIT costs twice the reading of a short stretch.

/** A page at once. */
export async function readTimedPage(
  session: AnalyticsSession,
  page: TimedPage,
  order: PageOrder,
): Promise<ShortPage> {
  const tables: LogicalTable[] = [];
  const end = new PageEnd(order.limit);
  for await (const piece of pieces(session, page, page.columns, order, order.limit + 1)) {
    const rows = end.take(piece);
    // Tables without rows say the columns, and one is enough for that.
    if (rows > 0 || tables.length === 0) tables.push({ columns: piece.columns, rows });
  }
  return { next: end.next, tables };
}

/** A page as it is asked for. Its reader learns first where it ends: the keys alone are read for that. */
export async function openTimedPage(
  session: AnalyticsSession,
  page: TimedPage,
  order: PageOrder,
): Promise<LongPage> {
  const end = new PageEnd(order.limit);
  for await (const piece of pieces(session, page, [], order, order.limit + 1)) end.take(piece);
  return { next: end.next, tables: pieces(session, page, page.columns, order, order.limit) };
}

/** Where a page of `limit` rows ends, when one row more is read. */
class PageEnd {
  readonly #limit: number;
  #seen = 0;
  #last: number[] | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns how many rows of the piece are on the page */
  take(piece: Piece): number {
    const rows = Math.min(piece.rows, this.#limit - this.#seen);
    if (rows > 0) this.#last = piece.keyOf(rows - 1);
    this.#seen += piece.rows;
    return Math.max(rows, 0);
  }

  get next(): NextKey {
    return this.#seen > this.#limit ? this.#last : null;
  }
}

/** At most `limit` rows in order, some at a time. */
async function* pieces(
  session: AnalyticsSession,
  page: TimedPage,
  columns: readonly BatchColumn[],
  order: PageOrder,
  limit: number,
): AsyncGenerator<Piece> {
  const { key } = page.time;
  const { isDescending, after } = order;
  const selected = [...columns, ...keyColumns(page).slice(key)];
  let left = limit;
  const sources = sourcesOf(page, order);
  // An answer without rows still says its columns.
  if (sources.length === 0) {
    const empty = await session.table(columns, `FROM ${page.from[0]} p WHERE false`);
    yield { ...empty, keyOf: () => [] };
  }
  for (const { from, number, isResumed } of sources) {
    const start = isResumed ? Number(after![key]) : null;
    const stretches = new Stretches(page.time, isDescending, start);
    const resumed = isResumed ? [behind(page, order, key)] : [];
    while (!stretches.isOver && left > 0) {
      const stretch = stretches.next(page.order[key]!, Math.min(left, PIECE_ROWS));
      const where = [...page.where, ...stretch, ...resumed].join(' AND ') || 'true';
      const table = await session.table(selected, `FROM ${from} p WHERE ${where}`, parametersOf(page, order));
      stretches.found(table.rows);
      const piece = inOrder(table, columns.length, key === 1 ? [number] : [], isDescending, left);
      left -= piece.rows;
      yield piece;
    }
    if (left === 0) return;
  }
}

interface Source {
  readonly from: string;
  readonly number: number;
  /** The row that was seen last is one of its. */
  readonly isResumed: boolean;
}

/** Sources that are left, in order; none when `after` is of a page with more of them. */
function sourcesOf({ from, time }: TimedPage, { isDescending, after }: PageOrder): Source[] {
  const first = time.key === 1 && after !== null ? Number(after[0]) : null;
  const all = from.map((source, number) => ({
    from: source,
    number,
    isResumed: after !== null && (first === null || first === number),
  }));
  const isLeft = ({ number }: Source): boolean =>
    first === null || (isDescending ? number <= first : number >= first);
  return (isDescending ? all.reverse() : all).filter(isLeft);
}

/**
 * At most `limit` rows of a table by its keys, which are its last columns.
 *
 * @param prefix what every key begins with
 */
function inOrder(
  { columns, rows }: LogicalTable,
  keysAt: number,
  prefix: readonly number[],
  isDescending: boolean,
  limit: number,
): Piece {
  const keys = columns.slice(keysAt).map(({ values }) => values as Float64Array);
  const sign = isDescending ? -1 : 1;
  const compare = (a: number, b: number): number => {
    for (const key of keys) if (key[a] !== key[b]) return (key[a]! - key[b]!) * sign;
    return 0;
  };
  const kept = Math.min(rows, limit);
  const shown = columns.slice(0, keysAt);
  const keyOf = (row: number): number[] => [...prefix, ...keys.map((key) => key[row]!)];
  // Bulk writes lie in time order, so this is mostly all.
  let isSorted = true;
  for (let row = 1; row < rows && isSorted; row++) isSorted = compare(row - 1, row) < 0;
  if (isSorted) return { rows: kept, columns: shown, keyOf };
  const index = Int32Array.from({ length: rows }, (_, row) => row)
    .sort(compare)
    .subarray(0, kept);
  return {
    rows: kept,
    columns: shown.map(({ name, values }) => ({ name, values: gather(values, index) })),
    keyOf: (row) => keyOf(index[row]!),
  };
}
