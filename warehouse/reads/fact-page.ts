import type { RecordBatch } from 'apache-arrow';
import type { AnalyticsSession, BatchColumn, Parameters } from '../analytics/session.js';
import type { Warehouse } from '../warehouse.js';
import { readGeneration } from './generation.js';

/** Rows of a fact as people read them, and how to walk through them in order. */
export interface FactPage {
  /** Expressions over `p`, the rows of `from` that are on the page, and what `join` adds. */
  readonly columns: readonly BatchColumn[];
  /** A table or a query, under the name `p`. */
  readonly from: string;
  /** Conditions over `p`: ids and times are written as numbers, texts are parameters. */
  readonly where: readonly string[];
  readonly parameters: Parameters;
  /** Joins of dimensions to `p`. */
  readonly join: string;
  /** Expressions over `p` that order the rows; no two rows agree in all. */
  readonly order: readonly string[];
  /** Which of them are texts; the others are numbers. */
  readonly textKeys: readonly number[];
}

export interface PageOrder {
  readonly isDescending: boolean;
  /** Values of `order` of the last row that was seen; null: from the start. */
  readonly after: readonly (number | string)[] | null;
  readonly limit: number;
}

/** A page that is being read. */
export interface OpenPage {
  /** What the ledger stands at in the snapshot that the rows come from. */
  readonly generation: string;
  /** `after` of the next page; null: this is the last. */
  readonly next: readonly (number | string)[] | null;
  readonly batches: AsyncIterable<RecordBatch>;
}

const NAMES = ['a', 'b', 'c', 'd', 'e'];

/**
 * Reads a page in one snapshot and hands it to `work`, which reads the batches as fast as it likes. The page after it
 * starts behind the last row's key, so rows that were added or taken away meanwhile move nothing.
 */
export function openFactPage<T>(
  warehouse: Warehouse,
  page: FactPage,
  order: PageOrder,
  work: (page: OpenPage) => Promise<T>,
): Promise<T> {
  return warehouse.analyse(async (session) => {
    const generation = await readGeneration(session);
    const next = await lastKey(session, page, order);
    const rest = `FROM (${select(page, order)} LIMIT ${order.limit}) p ${page.join} ORDER BY ${keys(page, order)}`;
    const batches = session.batches(page.columns, rest, parametersOf(page, order));
    return work({ generation, next, batches });
  });
}

/** Key of the page's last row, when there is a row behind it. */
async function lastKey(
  session: AnalyticsSession,
  page: FactPage,
  order: PageOrder,
): Promise<(number | string)[] | null> {
  const list = page.order.map((_, i) => `key_${NAMES[i]}`).join(', ');
  const found = await session.rows<Record<string, number | string>>(
    `SELECT ${list} FROM (${select(page, order)} LIMIT 2 OFFSET ${order.limit - 1}) ORDER BY ${keys(page, order)}`,
    parametersOf(page, order),
  );
  return found.length < 2 ? null : page.order.map((_, i) => found[0]![`key_${NAMES[i]}`]!);
}

function select(page: FactPage, order: PageOrder): string {
  const list = page.order.map((expression, i) => `${expression} AS key_${NAMES[i]}`);
  const where = [...page.where, ...(order.after === null ? [] : [behind(page, order)])];
  return `SELECT p.*, ${list.join(', ')} FROM ${page.from} p WHERE ${where.join(' AND ') || 'true'} ORDER BY ${keys(page, order)}`;
}

function keys(page: FactPage, { isDescending }: PageOrder): string {
  return page.order.map((_, i) => `key_${NAMES[i]}${isDescending ? ' DESC' : ''}`).join(', ');
}

/**
 * Rows behind a key. The bound on the first part alone lets DuckDB skip what lies before it, if it is a literal of the
 * column's own type: a parameter would be a DOUBLE.
 */
function behind({ order }: FactPage, { isDescending, after }: PageOrder): string {
  const literalOf = (i: number): string =>
    Number.isSafeInteger(after![i]) ? String(after![i]) : `$after_${NAMES[i]}`;
  const sign = isDescending ? '<' : '>';
  let condition = '';
  for (let i = order.length - 1; i >= 0; i--) {
    const [key, value] = [order[i]!, literalOf(i)];
    condition = `(${key} ${sign} ${value}${condition === '' ? '' : ` OR (${key} = ${value} AND ${condition})`})`;
  }
  return `${order[0]} ${sign}= ${literalOf(0)} AND ${condition}`;
}

function parametersOf(page: FactPage, { after }: PageOrder): Parameters {
  const keyed = (after ?? []).map((value, i) => [`after_${NAMES[i]}`, value]);
  return { ...page.parameters, ...Object.fromEntries(keyed) };
}
