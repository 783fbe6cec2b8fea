import { z } from '@hono/zod-openapi';

/** Rows that a JSON answer may hold, and answers of any format that are kept in the cache. */
export const MAX_PAGE_ROWS = 10_000;
/** Rows that a CSV or Arrow answer may hold: those are streamed. */
export const MAX_STREAM_ROWS = 5_000_000;
export const DEFAULT_LIMIT = 500;

/** Parameters are text; what is no plain number is refused rather than coerced (`''`, `0x10` and `1e3` would be numbers). */
function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`)
    .openapi({ type: 'integer', minimum: min, maximum: max });
}

/** A fraction in (0, 1]. */
function fraction() {
  return z
    .string()
    .regex(/^(0?\.\d{1,15}|1(\.0+)?)$/, 'must be a number above 0 and at most 1, e.g. 0.1')
    .transform(Number)
    .refine((n) => n > 0, 'must be above 0')
    .openapi({ type: 'number', exclusiveMinimum: 0, maximum: 1 });
}

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/;

/** Epoch ms, a UTC day or a UTC moment. */
function time(description: string) {
  return z
    .string()
    .transform((text, context) => {
      const at = /^\d{1,15}$/.test(text) ? Number(text) : ISO.test(text) ? Date.parse(text) : Number.NaN;
      if (Number.isNaN(at)) {
        context.addIssue('must be epoch milliseconds, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ (UTC)');
        return z.NEVER;
      }
      return at;
    })
    .openapi({ type: 'string', description, example: '2024-01-01' });
}

/** A name that is looked up, never written into a query. */
function name(description: string, example: string) {
  return z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .openapi({ description, example });
}

const flag = () =>
  z
    .enum(['0', '1'])
    .transform((text) => text === '1')
    .openapi({ type: 'string', enum: ['0', '1'] });

const from = () => time('first moment of the range, included').optional();
const to = () => time('first moment after the range').optional();

/** What parameters are made of. */
export const parameter = {
  fraction,
  flag,
  wholeNumber,
  time,
  symbol: () => name('symbol', 'BTCUSDT'),
  interval: () => name('interval', '1h'),
  strategy: () =>
    name(
      'NAME (its newest version) or NAME@VERSION; absent: the newest version of every enabled strategy',
      'trend-momentum@1',
    ),
  name,
  codes: () =>
    z
      .string()
      .max(2000)
      .regex(/^[A-Z0-9_]+(,[A-Z0-9_]+)*$/, 'must be indicator codes with commas between them')
      .transform((text) => [...new Set(text.split(','))])
      .openapi({ type: 'string', description: 'indicator codes, comma separated', example: 'EMA20,RSI14' }),
  range: { from: from(), to: to() },
} as const;

/** A part of the path that is a run's or a job's number. */
export const idParameter = (key: string, description: string) =>
  z.object({
    [key]: wholeNumber(1, 999_999_999_999_999).openapi({ param: { name: key, in: 'path' }, description }),
  });
