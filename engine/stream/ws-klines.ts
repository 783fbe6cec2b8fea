import { z } from 'zod';
import { COLUMN, COLUMN_COUNT } from '../source/kline-chunk.js';

/** The text of a number, as the exchange sends prices and volumes. */
const numeric = z.string().regex(/^-?\d+(\.\d+)?$/);

/** An event of a combined kline stream of the exchange; what we do not read may be anything. */
const KLINE_EVENT = z.object({
  data: z.object({
    e: z.literal('kline'),
    s: z.string(),
    k: z.object({
      t: z.int(),
      T: z.int(),
      i: z.string(),
      o: numeric,
      h: numeric,
      l: numeric,
      c: numeric,
      v: numeric,
      q: numeric,
      n: z.int(),
      V: numeric,
      Q: numeric,
      /** True: the bar has closed. */
      x: z.boolean(),
    }),
  }),
});

/** A closed bar of the exchange, columns `KLINE_COLUMNS` of one row. */
export interface ExchangeBar {
  /** As the exchange calls it. */
  readonly exchangeSymbol: string;
  readonly interval: string;
  readonly columns: readonly Float64Array[];
}

/** Name of a bar's stream at the exchange. */
export function streamName(exchangeSymbol: string, interval: string): string {
  return `${exchangeSymbol.toLowerCase()}@kline_${interval}`;
}

/** Reads an event. @returns null for anything but a closed bar */
export function closedBar(text: string): ExchangeBar | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const event = KLINE_EVENT.safeParse(parsed);
  if (!event.success || !event.data.data.k.x) return null;
  const { s: exchangeSymbol, k } = event.data.data;
  const columns = Array.from({ length: COLUMN_COUNT }, () => new Float64Array(1));
  const values = [k.t, k.o, k.h, k.l, k.c, k.v, k.T, k.q, k.n, k.V, k.Q];
  for (const column of Object.values(COLUMN)) columns[column]![0] = Number(values[column]);
  return { exchangeSymbol, interval: k.i, columns };
}
