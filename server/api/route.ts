import { createRoute, z } from '@hono/zod-openapi';
import { DEFAULT_LIMIT, MAX_PAGE_ROWS, MAX_STREAM_ROWS, parameter } from './parameters.js';
import { PROBLEM } from './problem.js';

/** Media types of a list. */
export const MEDIA = {
  json: 'application/json',
  csv: 'text/csv',
  arrow: 'application/vnd.apache.arrow.stream',
} as const;
export type ListFormat = keyof typeof MEDIA;

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: PROBLEM } },
});
const notModified = { description: 'the caller has this answer already (If-None-Match)' };
const TAGGED = {
  ETag: {
    schema: { type: 'string' as const },
    description: 'strong; changes with the data, the request and the format',
  },
};
const PAGED = {
  ...TAGGED,
  Link: {
    schema: { type: 'string' as const },
    description: '<...>; rel="next" when rows are left: the same for every format',
  },
};

/** Answers that every reading route may give beside its own. */
const READ_PROBLEMS = {
  400: problem('a parameter or the cursor is not valid'),
  404: problem('a symbol, interval, strategy, code or number that is not there'),
  406: problem('no format of this route is acceptable'),
  429: problem('too many requests at a time'),
  500: problem('the server failed'),
  503: problem('the answer took too long'),
};

/** A row of a list: texts and numbers, unknown is null. Several texts are joined by `;`, flags are 0 and 1. */
export type RowSchema = z.ZodObject<Record<string, z.ZodType>>;

/** Parameters of a path that has some; a client must not be asked for those of one that has none. */
type RequestOf<Query extends z.ZodType, Params extends z.ZodObject | undefined> = Params extends z.ZodObject
  ? { query: Query; params: Params }
  : { query: Query };

/** Documented, and left out of the types: a client that asks for one reads bytes or text, and `json()` means JSON. */
const OTHER_FORMATS: object = {
  [MEDIA.csv]: { schema: z.string() },
  [MEDIA.arrow]: { schema: z.string().openapi({ format: 'binary' }) },
};

/** `row.partial()` of a generic row would be a row of anything: clients take their types from here. */
type PartialRow<Row extends RowSchema> = z.ZodObject<{
  [Name in keyof Row['shape']]: z.ZodOptional<Row['shape'][Name]>;
}>;

/** A range that ends before it begins holds nothing, whatever was stored: a mistake, not an empty answer. */
function isRange(query: object): boolean {
  const { from, to } = query as { readonly from?: number; readonly to?: number };
  return from === undefined || to === undefined || from < to;
}
const RANGE_MISTAKE = { path: ['from'], message: 'must be before to' };

interface ListOptions<
  Path extends string,
  Row extends RowSchema,
  Filters extends z.core.$ZodLooseShape,
  Sorts extends readonly [string, ...string[]],
  Params extends z.ZodObject | undefined,
> {
  readonly path: Path;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly row: Row;
  readonly filters: Filters;
  /** Columns to sort by, the first is the default. */
  readonly sorts: Sorts;
  readonly params?: Params;
}

/** A list: keyset pages of flat rows as JSON, CSV or an Arrow stream. */
export function listRoute<
  const Path extends string,
  Row extends RowSchema,
  const Filters extends z.core.$ZodLooseShape,
  const Sorts extends readonly [string, ...string[]],
  Params extends z.ZodObject | undefined = undefined,
>({
  path,
  operationId,
  tag,
  summary,
  row,
  filters,
  sorts,
  params,
}: ListOptions<Path, Row, Filters, Sorts, Params>) {
  const choices = sorts.flatMap((name: Sorts[number]) => [name, `-${name}`] as const);
  const query = z
    .strictObject({
      ...filters,
      limit: parameter
        .wholeNumber(1, MAX_STREAM_ROWS)
        .optional()
        .openapi({
          description: `rows of a page, ${DEFAULT_LIMIT} unless given; JSON takes at most ${MAX_PAGE_ROWS}`,
        }),
      cursor: z
        .string()
        .max(1024)
        .regex(/^[A-Za-z0-9_-]+$/, 'must be a next_cursor of this list')
        .optional()
        .openapi({ description: 'next_cursor of the page before' }),
      sort: z.enum(choices).optional().openapi({ description: 'a column; with - from high to low' }),
      fields: z
        .string()
        .max(4000)
        .regex(/^[A-Za-z0-9_]+(,[A-Za-z0-9_]+)*$/, 'must be column names with commas between them')
        .transform((text) => [...new Set(text.split(','))])
        .optional()
        .openapi({ type: 'string', description: 'columns to give, comma separated; absent: all' }),
    })
    .refine(isRange, RANGE_MISTAKE);
  const route = createRoute({
    method: 'get',
    path,
    operationId,
    tags: [tag],
    summary,
    request: { query, params } as RequestOf<typeof query, Params>,
    responses: {
      200: {
        description: summary,
        headers: PAGED,
        content: {
          [MEDIA.json]: {
            schema: z.object({
              data: z.array(row.partial() as PartialRow<Row>),
              next_cursor: z.string().nullable().openapi({ description: 'null: this was the last page' }),
            }),
          },
          ...OTHER_FORMATS,
        },
      },
      304: notModified,
      ...READ_PROBLEMS,
    },
  });
  // Not enumerable: the OpenAPI generator copies what is.
  return Object.defineProperty(route, 'list', { value: { row, sorts } }) as typeof route & ListRoute;
}

/** What handlers must know of a list beside its route. (An interface would not do for OpenAPI's `x-` signature.) */
export type ListRoute = {
  readonly list: { readonly row: RowSchema; readonly sorts: readonly [string, ...string[]] };
};

interface DocumentOptions<
  Path extends string,
  Body extends z.ZodType,
  Query extends z.core.$ZodLooseShape,
  Params extends z.ZodObject | undefined,
> {
  readonly path: Path;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly body: Body;
  readonly query: Query;
  readonly params?: Params;
}

/** One JSON document. */
export function documentRoute<
  const Path extends string,
  Body extends z.ZodType,
  const Query extends z.core.$ZodLooseShape,
  Params extends z.ZodObject | undefined = undefined,
>({ path, operationId, tag, summary, body, query, params }: DocumentOptions<Path, Body, Query, Params>) {
  const schema = z.strictObject(query).refine(isRange, RANGE_MISTAKE);
  return createRoute({
    method: 'get',
    path,
    operationId,
    tags: [tag],
    summary,
    request: { query: schema, params } as RequestOf<typeof schema, Params>,
    responses: {
      200: { description: summary, headers: TAGGED, content: { [MEDIA.json]: { schema: body } } },
      304: notModified,
      ...READ_PROBLEMS,
    },
  });
}

/** Answers that every writing route may give beside its own. */
export const WRITE_PROBLEMS = {
  400: problem('the body is not valid'),
  401: problem('the token is missing or wrong'),
  403: problem('writes are off'),
  409: problem('a job is under way'),
  413: problem('the body is too large'),
  415: problem('the body is of another type'),
  422: problem('what is asked cannot be done'),
  429: problem('too many requests at a time'),
  500: problem('the server failed'),
  503: problem('the answer took too long'),
};
export const BEARER = [{ bearer: [] as string[] }];
