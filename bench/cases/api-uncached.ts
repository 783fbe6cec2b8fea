import { load, middleOf, PAGE_ROWS, pathMix, predictionIds } from '../api-load.js';
import { type ApiServer, hourlyWarehouse, readyApi, SYMBOLS } from '../api-server.js';
import type { BenchCase } from '../case.js';

const STRATEGY = 'trend-momentum@1';

interface UncachedInput {
  readonly server: ApiServer;
  readonly seconds: number;
  readonly paths: () => string;
}

export const apiUncached: BenchCase<UncachedInput> = {
  name: 'api-uncached',
  group: 'api',
  title:
    'Reading routes over eight years of five symbols by the hour, with 32 connections over loopback for 30 s; no URL is asked ' +
    'for twice: pages of 100 klines, indicator values (all codes, one code), metric values, predictions (of one symbol, the ' +
    'tradable ones of all), results (of one symbol, the newest before a time of all) from random times on, and single ' +
    'predictions, in turns. Promised: 300 requests/s, p99 below 150 ms, no error. Times are a request, rows = requests.',
  sizes: () => [{ label: 'mix', bars: 0 }],
  effort: () => ({ rounds: 1, roundMs: 0, warmUp: 1 }),
  load: async (_, context) => {
    const { file } = await hourlyWarehouse(context);
    return readyApi({ serve: 'warehouse', file }, async (server) => {
      const ids = await predictionIds(server.url, SYMBOLS, STRATEGY);
      const paths = pathMix(SYMBOLS, STRATEGY, await middleOf(server.url, SYMBOLS), ids);
      return { server, seconds: context.isQuick ? 3 : 30, paths };
    });
  },
  work: () => ({ bars: 1, rows: 1 }),
  check: async ({ server, paths }) => {
    let lists = 0;
    for (let i = 0; i < 90; i++) {
      const path = paths();
      const answer = await fetch(server.url + path);
      const document = (await answer.json()) as { data?: unknown[] };
      if (answer.status !== 200 || (document.data !== undefined && document.data.length !== PAGE_ROWS))
        throw new Error(`api-uncached: ${path}: ${answer.status} ${JSON.stringify(document).slice(0, 200)}`);
      if (document.data !== undefined) lists++;
    }
    return `90 other requests: ${lists} full pages and ${90 - lists} predictions`;
  },
  run: { name: 'klinemill', run: ({ server, seconds, paths }) => load(server.url, seconds, paths) },
  reference: [],
  release: ({ server }) => server.end(),
};
