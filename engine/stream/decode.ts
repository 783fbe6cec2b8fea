import { durationOf, gridOffset } from '../interval.js';
import { COLUMN } from '../source/kline-chunk.js';
import type { DeadLetter, StreamMessage } from './dead-letter.js';
import { SeriesRows } from './series-rows.js';
import { messageKey, seriesOfKey } from './topics.js';

/** What is taken in. */
export interface TakeRules {
  /** Symbols that are taken in; null: all. */
  readonly symbols: ReadonlySet<string> | null;
  /** Bars with other values replace what stands, instead of being dead letters. */
  readonly revise: boolean;
  /** Epoch ms. */
  readonly now: number;
}

/** Messages sorted into series; bars that are good by themselves, and dead letters. */
export interface Decoded {
  /**
   * Rows by series, to be taken one layer after the other. There is more than one only when revising: a bar that comes
   * twice comes in two layers, so that the second one revises the first.
   */
  readonly layers: readonly (readonly SeriesRows[])[];
  readonly dead: readonly DeadLetter[];
}

/** Reads messages, in the order of their partitions. */
export function decode(messages: Iterable<StreamMessage>, rules: TakeRules): Decoded {
  const layers: Map<string, Layer>[] = [];
  const dead: DeadLetter[] = [];
  const series = new Map<string, ReturnType<typeof seriesOfKey>>();
  for (const message of messages) {
    const name = message.key?.toString('utf8') ?? '';
    let key = series.get(name);
    if (key === undefined) {
      key = seriesOfKey(name);
      series.set(name, key);
    }
    const fault = key === null ? keyFault(message, name) : symbolFault(message, key.symbol, rules);
    if (fault !== null || key === null) {
      dead.push(fault!);
      continue;
    }
    const letter = take(layers, key, message, rules);
    if (letter !== null) dead.push(letter);
  }
  return { layers: layers.map((layer) => [...layer.values()].map(({ rows }) => rows)), dead };
}

/** Rows of a series with the bars that they bring, which only revising asks for. */
interface Layer {
  readonly rows: SeriesRows;
  readonly closeTimes: Set<number>;
}

function take(
  layers: Map<string, Layer>[],
  key: { readonly symbol: string; readonly interval: string },
  message: StreamMessage,
  { revise, now }: TakeRules,
): DeadLetter | null {
  const name = messageKey(key);
  const durationMs = durationOf(key.interval);
  const rules = { durationMs, gridOffset: gridOffset(durationMs), now };
  const layerAt = (at: number): Layer => {
    layers[at] ??= new Map();
    let layer = layers[at].get(name);
    if (layer === undefined) {
      layer = { rows: new SeriesRows(key, rules), closeTimes: new Set() };
      layers[at].set(name, layer);
    }
    return layer;
  };
  const { rows } = layerAt(0);
  const letter = rows.take(message);
  if (letter !== null || !revise) return letter;
  const time = rows.columns[COLUMN.CLOSE_TIME]![rows.rows - 1]!;
  let at = 0;
  while (layerAt(at).closeTimes.has(time)) at++;
  const layer = layerAt(at);
  layer.closeTimes.add(time);
  if (at === 0) return null;
  rows.dropLast();
  return layer.rows.take(message);
}

function keyFault(message: StreamMessage, name: string): DeadLetter {
  const detail = message.key === null ? 'no key' : `key '${name.slice(0, 80)}' is not SYMBOL|interval`;
  return { message, reason: 'KEY', detail };
}

function symbolFault(message: StreamMessage, symbol: string, { symbols }: TakeRules): DeadLetter | null {
  if (symbols === null || symbols.has(symbol)) return null;
  return {
    message,
    reason: 'SYMBOL',
    detail: `'${symbol}' is not one of ${[...symbols].join(', ')}`.slice(0, 200),
  };
}
