import type { AnalyticsSession } from '../analytics/session.js';
import type { LogicalValues } from '../logical.js';
import type { FactPage, LongPage, NextKey, PageOrder, ShortPage } from './page.js';
import { behind, keyColumns, parametersOf } from './page-keys.js';

// Pages in the order of a score, a result or a text: DuckDB looks at every row that the conditions leave.

/** A page at once. */
export async function readRankedPage(
  session: AnalyticsSession,
  page: FactPage,
  order: PageOrder,
): Promise<ShortPage> {
  const { limit } = order;
  const rest = `${ordered(page, order)} LIMIT ${limit + 1}`;
  const all = [...page.columns, ...keyColumns(page)];
  const { columns, rows } = await session.table(all, rest, parametersOf(page, order));
  const keys = columns.slice(page.columns.length);
  return {
    next: rows > limit ? keys.map(({ values }) => valueAt(values, limit - 1)) : null,
    tables: [{ columns: columns.slice(0, page.columns.length), rows: Math.min(rows, limit) }],
  };
}

/** A page as it is asked for. */
export async function openRankedPage(
  session: AnalyticsSession,
  page: FactPage,
  order: PageOrder,
): Promise<LongPage> {
  const next = await lastKey(session, page, order);
  const rest = `${ordered(page, order)} LIMIT ${order.limit}`;
  return { next, tables: session.tables(page.columns, rest, parametersOf(page, order)) };
}

/** Key of the page's last row, when there is a row behind it. */
async function lastKey(session: AnalyticsSession, page: FactPage, order: PageOrder): Promise<NextKey> {
  const rest = `${ordered(page, order)} LIMIT 2 OFFSET ${order.limit - 1}`;
  const { columns, rows } = await session.table(keyColumns(page), rest, parametersOf(page, order));
  return rows < 2 ? null : columns.map(({ values }) => valueAt(values, 0));
}

function ordered(page: FactPage, order: PageOrder): string {
  const where = [...page.where, ...(order.after === null ? [] : [behind(page, order)])];
  const keys = page.order.map((key) => `${key}${order.isDescending ? ' DESC' : ''}`);
  return `FROM ${page.from[0]} p WHERE ${where.join(' AND ') || 'true'} ORDER BY ${keys.join(', ')}`;
}

/** Keys are never NULL. */
const valueAt = (values: LogicalValues, row: number): number | string =>
  values instanceof Float64Array ? values[row]! : values.strings[values.index[row]!]!;
