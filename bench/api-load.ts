import autocannon from 'autocannon';
import type { Sample } from './case.js';
import { mulberry32 } from './corpus-walk.js';

const CONNECTIONS = 32;

/** Requests as fast as they are answered, 32 at a time. @throws Error when one failed */
export async function load(url: string, seconds: number, paths: () => string): Promise<Sample> {
  const { requests, latency, errors, timeouts, non2xx, duration } = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    requests: [{ setupRequest: (request) => ({ ...request, path: paths() }) }],
  });
  const failed = errors + timeouts + non2xx;
  const detail = `${Math.round(requests.total / duration)} requests/s, p50 ${latency.p50} ms, p99 ${latency.p99} ms, ${failed} errors in ${requests.total}`;
  if (failed > 0) throw new Error(`bench: ${detail}`);
  return { elapsedMs: (duration * 1000) / requests.total, detail };
}

/** Ids of 10,000 predictions of each symbol. */
export async function predictionIds(
  url: string,
  symbols: readonly string[],
  strategy: string,
): Promise<string[]> {
  const found: string[] = [];
  for (const symbol of symbols) {
    const path = `/v1/predictions?strategy=${strategy}&symbol=${symbol}&fields=prediction_id&limit=10000`;
    const { data } = (await (await fetch(url + path)).json()) as { data: { prediction_id: string }[] };
    found.push(...data.map((row) => row.prediction_id));
  }
  return found;
}

/** Predictions are asked from a random time of this part of a series on, so that a page is full whichever way it goes. */
const MIDDLE = [0.125, 0.875] as const;
export const PAGE_ROWS = 100;

/** Times, in epoch ms, between which every symbol has an eighth of its hourly bars before and behind. */
export async function middleOf(url: string, symbols: readonly string[]): Promise<readonly [number, number]> {
  let from = -Infinity;
  let to = Infinity;
  for (const symbol of symbols) {
    const ends: number[] = [];
    for (const sort of ['close_time', '-close_time']) {
      const path = `/v1/klines?symbol=${symbol}&interval=1h&sort=${sort}&fields=close_time&limit=1`;
      const { data } = (await (await fetch(url + path)).json()) as { data: { close_time: number }[] };
      ends.push(data[0]!.close_time);
    }
    const [first, last] = ends as [number, number];
    from = Math.max(from, first + MIDDLE[0] * (last - first));
    to = Math.min(to, first + MIDDLE[1] * (last - first));
  }
  return [from, to];
}

/**
 * Paths of a mix of reading routes, in turns, none twice: pages of 100 rows of klines, indicator values, metric values,
 * predictions and results from a random time of a random symbol on, tradable predictions of all symbols, the newest
 * results before a time, and single predictions.
 *
 * @param strategy `NAME@VERSION`
 * @param middle times in epoch ms, from `middleOf`
 * @param predictionIds more than there will be requests for single ones
 */
export function pathMix(
  symbols: readonly string[],
  strategy: string,
  [first, last]: readonly [number, number],
  predictionIds: readonly string[],
): () => string {
  const random = mulberry32(7);
  const page = `limit=${PAGE_ROWS}`;
  const kinds: readonly ((symbol: string, at: number) => string)[] = [
    (symbol, at) => `klines?symbol=${symbol}&interval=1h&from=${at}&${page}`,
    (symbol, at) => `indicator-values?symbol=${symbol}&interval=1h&from=${at}&${page}`,
    (symbol, at) => `indicator-values?symbol=${symbol}&interval=1h&codes=RSI14&from=${at}&${page}`,
    (symbol, at) => `metric-values?strategy=${strategy}&symbol=${symbol}&interval=1h&from=${at}&${page}`,
    (symbol, at) => `predictions?strategy=${strategy}&symbol=${symbol}&interval=1h&from=${at}&${page}`,
    (_symbol, at) => `predictions?strategy=${strategy}&is_tradable=1&from=${at}&${page}`,
    (symbol, at) => `results?strategy=${strategy}&symbol=${symbol}&from=${at}&${page}`,
    (_symbol, at) => `results?strategy=${strategy}&sort=-predicting_at&to=${at}&${page}`,
    () => `predictions/${encodeURIComponent(predictionIds[Math.floor(random() * predictionIds.length)]!)}`,
  ];
  const seen = new Set<string>();
  let turn = 0;
  return () => {
    for (;;) {
      const symbol = symbols[Math.floor(random() * symbols.length)]!;
      const at = Math.floor(first + random() * (last - first));
      const path = `/v1/${kinds[turn % kinds.length]!(symbol, at)}`;
      if (seen.has(path)) continue;
      seen.add(path);
      turn++;
      return path;
    }
  };
}
