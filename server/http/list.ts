import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type FactPage, type NamedValues, type Names, openFactPage, textsOf } from '../../warehouse/index.js';
import { DEFAULT_LIMIT, MAX_PAGE_ROWS } from '../api/parameters.js';
import { type ListFormat, type ListRoute, MEDIA, type RowSchema } from '../api/route.js';
import { answer, type Made } from './answer.js';
import type { Row } from './computed-rows.js';
import { decodeCursor, encodeCursor, type Key } from './cursor.js';
import { download } from './download.js';
import { encodeList } from './encode.js';
import { linkTo } from './link.js';
import { negotiate } from './negotiate.js';
import { ProblemError } from './problem-error.js';
import type { Services } from './services.js';

const FORMATS: readonly ListFormat[] = ['json', 'csv', 'arrow'];

/** What every list is asked by. */
interface ListQuery {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly sort?: string | undefined;
  readonly fields?: readonly string[] | undefined;
}

interface ListRequest {
  readonly limit: number;
  /** `NAME` or `-NAME` */
  readonly sort: string;
  readonly column: string;
  readonly isDescending: boolean;
  readonly cursor: string | undefined;
  readonly fields: readonly string[] | undefined;
}

/** Answers a list of stored facts: read page by page, and streamed where a page is large. */
export function answerFacts(
  c: Context,
  services: Services,
  route: ListRoute,
  query: ListQuery,
  build: (names: Names, sort: string) => FactPage,
): Promise<never> {
  return answer(c, services, FORMATS, async (format) => {
    const request = requestOf(route, query, format);
    const page = build(await services.clock.names(), request.column);
    const columns = chosen(page.columns, request.fields);
    const { sort, isDescending, limit, cursor } = request;
    const after = cursor === undefined ? null : factKey(page, decodeCursor(cursor, sort, page.order.length));
    const open = <T>(work: Parameters<typeof openFactPage<T>>[3]): Promise<T> =>
      openFactPage(services.deps.warehouse, { ...page, columns }, { isDescending, after, limit }, work);
    if (limit > MAX_PAGE_ROWS) return download(c, services, format, open, (key) => encodeCursor(sort, key));
    return open(async ({ generation, next, tables }) => {
      const nextCursor = next === null ? null : encodeCursor(sort, next);
      return made(c, generation, nextCursor, await collect(encodeList(format, tables, nextCursor)));
    });
  });
}

/**
 * Answers a list that is read as a whole and is small enough for that.
 *
 * @param key columns that name a row
 * @param read rows in the list's natural order, which its first sort stands for
 */
export function answerRows(
  c: Context,
  services: Services,
  route: ListRoute,
  query: ListQuery,
  key: readonly string[],
  read: () => Promise<readonly Row[]>,
): Promise<never> {
  return answer(c, services, FORMATS, async (format) => {
    const { limit: _limit, cursor: _cursor, sort: _sort, fields: _fields, ...filters } = query;
    const list = `${c.req.path} ${JSON.stringify(filters)}`;
    const { generation, value } = await services.rows.read(list, read);
    return rowsPage(c, route, query, key, value, format, generation);
  });
}

/** As `answerRows`, for rows that change without the ledger: nothing is kept. */
export async function pageOf(
  c: Context,
  route: ListRoute,
  query: ListQuery,
  key: readonly string[],
  rows: readonly Row[],
): Promise<never> {
  const format = negotiate(c.req.header('accept'), FORMATS);
  const { headers, body } = await rowsPage(c, route, query, key, rows, format, null);
  const type = { 'Content-Type': MEDIA[format], 'Cache-Control': 'no-store', Vary: 'Accept' };
  return new Response(body as Uint8Array<ArrayBuffer>, { headers: { ...type, ...headers } }) as never;
}

async function rowsPage(
  c: Context,
  route: ListRoute,
  query: ListQuery,
  key: readonly string[],
  all: readonly Row[],
  format: ListFormat,
  generation: string | null,
): Promise<Made> {
  const request = requestOf(route, query, format);
  const { sort, limit, fields, cursor } = request;
  const columns = chosen(columnsOf(route.list.row), fields);
  const rows = inOrder(all, request, route.list.sorts[0]);
  const keyOf = (row: Row): Key => key.map((name) => plain(row[name]!));
  const start = cursor === undefined ? 0 : behind(rows, keyOf, decodeCursor(cursor, sort, key.length));
  const page = rows.slice(start, start + limit);
  const nextCursor = start + limit < rows.length ? encodeCursor(sort, keyOf(page.at(-1)!)) : null;
  const tables = (async function* () {
    yield { rows: page.length, columns: columns.map((column) => valuesOf(column, page)) };
  })();
  return made(c, generation, nextCursor, await collect(encodeList(format, tables, nextCursor)));
}

function made(
  c: Context,
  generation: string | null,
  nextCursor: string | null,
  body: Uint8Array<ArrayBuffer>,
): Made {
  return { generation, headers: linkTo(c, nextCursor), body };
}

function requestOf({ list }: ListRoute, query: ListQuery, format: ListFormat): ListRequest {
  const { limit = DEFAULT_LIMIT, sort = list.sorts[0], cursor, fields } = query;
  if (format === 'json' && limit > MAX_PAGE_ROWS)
    throw new ProblemError(
      'invalid-parameter',
      `limit: JSON takes at most ${MAX_PAGE_ROWS} rows; take text/csv or Arrow for more`,
      { parameter: 'limit' },
    );
  const isDescending = sort.startsWith('-');
  return { limit, sort, cursor, fields, isDescending, column: isDescending ? sort.slice(1) : sort };
}

function chosen<Column extends { readonly name: string }>(
  columns: readonly Column[],
  fields: readonly string[] | undefined,
): readonly Column[] {
  if (fields === undefined) return columns;
  const names = columns.map(({ name }) => name);
  const unknown = fields.find((field) => !names.includes(field));
  if (unknown !== undefined)
    throw new ProblemError('invalid-parameter', `fields: '${unknown}' is no column of this list`, {
      parameter: 'fields',
      allowed: names,
    });
  return columns.filter(({ name }) => fields.includes(name));
}

/** Keys of facts are never null, and of the type of their column; times are whole. */
function factKey({ textKeys, time }: FactPage, key: Key): (string | number)[] {
  return key.map((part, i) => {
    const isTyped = typeof part === (textKeys.includes(i) ? 'string' : 'number');
    if (part === null || !isTyped || (time?.key === i && !Number.isSafeInteger(part)))
      throw new ProblemError('invalid-cursor', 'the cursor is not one of this list and order', {
        parameter: 'cursor',
      });
    return part;
  });
}

interface Column {
  readonly name: string;
  readonly isText: boolean;
}

function columnsOf(row: RowSchema): Column[] {
  return Object.entries(row.shape).map(([name, schema]) => {
    const { type, innerType } = schema.def as { type: string; innerType?: z.ZodType };
    const kind = type === 'nullable' ? innerType!.def.type : type;
    return { name, isText: kind === 'string' || kind === 'enum' };
  });
}

function valuesOf({ name, isText }: Column, rows: readonly Row[]): NamedValues {
  const cells = rows.map((row) => plain(row[name]!));
  return {
    name,
    values: isText
      ? textsOf(cells as (string | null)[])
      : Float64Array.from(cells as (number | null)[], (cell) => cell ?? Number.NaN),
  };
}

/** Flags are 0 and 1. */
function plain(cell: string | number | boolean | null): string | number | null {
  return typeof cell === 'boolean' ? Number(cell) : cell;
}

function inOrder(
  rows: readonly Row[],
  { column, isDescending }: ListRequest,
  natural: string,
): readonly Row[] {
  const sorted =
    column === natural
      ? rows
      : rows.toSorted((a, b) => {
          const [x, y] = [a[column]!, b[column]!];
          return x < y ? -1 : x > y ? 1 : 0;
        });
  return isDescending ? sorted.toReversed() : sorted;
}

/** Index behind the row of a key. */
function behind(rows: readonly Row[], keyOf: (row: Row) => Key, key: Key): number {
  const text = JSON.stringify(key);
  const index = rows.findIndex((row) => JSON.stringify(keyOf(row)) === text);
  if (index < 0)
    throw new ProblemError('invalid-cursor', 'the row of the cursor is gone; start again without it', {
      parameter: 'cursor',
    });
  return index + 1;
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const found: Uint8Array[] = [];
  for await (const piece of pieces) found.push(piece);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only as Uint8Array<ArrayBuffer>;
  const all = new Uint8Array(found.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of found) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
