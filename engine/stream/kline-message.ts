import { z } from 'zod';
import { COLUMN, COLUMN_COUNT } from '../source/kline-chunk.js';
import { MESSAGE_VERSION } from './topics.js';

const price = (what: string) => z.number().describe(what);
const unknowable = (what: string) => z.number().nullable().describe(`${what}; null: unknown`);

/** The JSON of a message of `market.kline.v1`: a closed bar (SPEC 2). Its series stands in the key. */
export const KLINE_MESSAGE = z.strictObject({
  v: z.literal(MESSAGE_VERSION).describe('version of this form'),
  open_time: z.int().describe('epoch ms, or microseconds from 1e14 on; on the grid of the interval'),
  open: price('first price, > 0'),
  high: price('highest price'),
  low: price('lowest price'),
  close: price('last price'),
  volume: z.number().describe('in the base asset, >= 0'),
  close_time: z.int().describe('open_time + duration - 1; an earlier one is moved there'),
  quote_volume: unknowable('volume in the quote asset'),
  trade_count: z.int().nullable().describe('number of trades; null: unknown'),
  taker_buy_base: unknowable('base asset bought by takers'),
  taker_buy_quote: unknowable('quote asset spent by takers'),
});
export type KlineMessage = z.infer<typeof KLINE_MESSAGE>;

type Field = Exclude<keyof KlineMessage, 'v'>;
/** Fields in the order of the columns. */
const FIELDS = Object.keys(COLUMN).map((name) => name.toLowerCase()) as Field[];

/** Longest message that is looked into. A bar has some 300 bytes. */
export const MESSAGE_LIMIT = 65_536;

/** Why a payload is no kline. */
export interface MessageFault {
  readonly reason: 'EMPTY' | 'SIZE' | 'JSON' | 'VERSION' | 'SCHEMA';
  readonly detail: string;
}

/**
 * Reads a payload into row `row` of `columns` (`KLINE_COLUMNS`; unknown is NaN). What the values are worth is not looked at.
 *
 * @returns null, or why it cannot be read: the row then holds anything
 */
export function readKlineMessage(
  payload: Buffer | null,
  columns: readonly Float64Array[],
  row: number,
): MessageFault | null {
  if (payload === null || payload.length === 0) return { reason: 'EMPTY', detail: 'no payload' };
  if (payload.length > MESSAGE_LIMIT)
    return { reason: 'SIZE', detail: `${payload.length} bytes; at most ${MESSAGE_LIMIT}` };
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload.toString('utf8'));
  } catch (error) {
    return { reason: 'JSON', detail: (error as Error).message.slice(0, 200) };
  }
  const version = (parsed as { v?: unknown } | null)?.v;
  if (version !== undefined && version !== MESSAGE_VERSION)
    return {
      reason: 'VERSION',
      detail: `v is ${JSON.stringify(version)?.slice(0, 40)}, not ${MESSAGE_VERSION}`,
    };
  const result = KLINE_MESSAGE.safeParse(parsed);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    return { reason: 'SCHEMA', detail: `${path.join('.') || 'message'}: ${message}`.slice(0, 200) };
  }
  // Adding 0 makes a negative zero a zero.
  for (let c = 0; c < COLUMN_COUNT; c++) columns[c]![row] = (result.data[FIELDS[c]!] ?? Number.NaN) + 0;
  return null;
}

/** Row `row` of `columns` as the payload of a message. */
export function klineMessage(columns: readonly Float64Array[], row: number): string {
  const message: Record<string, number | null> = { v: MESSAGE_VERSION };
  for (let c = 0; c < COLUMN_COUNT; c++) {
    const value = columns[c]![row]!;
    message[FIELDS[c]!] = Number.isNaN(value) ? null : value;
  }
  return JSON.stringify(message satisfies Partial<Record<string, number | null>>);
}
