import { load } from '../api-load.js';
import { type ApiServer, hourlyWarehouse, readyApi, startApi } from '../api-server.js';
import type { BenchCase } from '../case.js';

const PATH = '/v1/klines?symbol=BTCUSDT&interval=1h&from=1700000000000';
const BARE = 'bare Hono route';

interface CachedInput {
  readonly ours: ApiServer;
  readonly bare: ApiServer;
  readonly bytes: number;
  readonly seconds: number;
}

const seconds = (isQuick: boolean): number => (isQuick ? 2 : 10);

export const apiCached: BenchCase<CachedInput> = {
  name: 'api-cached',
  group: 'api',
  title:
    'A page of 500 klines from the cache, over loopback with 32 connections, against a Hono route that does nothing but return ' +
    'the same bytes; each in a process of its own, 3 times 10 s in turns; times are a request, rows = requests, MB = bytes of one answer.',
  bars: [{ ratio: 'speed', against: BARE, atLeast: 0.6 }],
  sizes: () => [{ label: '1 page', bars: 0 }],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 3, roundMs: 0, warmUp: 1 }),
  load: async (_, context) => {
    const { file } = await hourlyWarehouse(context);
    return readyApi({ serve: 'warehouse', file }, async (ours) => {
      const answer = await fetch(ours.url + PATH, { headers: { 'Accept-Encoding': 'identity' } });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const bare = await startApi({ serve: 'bytes', bytes, type: answer.headers.get('content-type')! });
      return { ours, bare, bytes: bytes.length, seconds: seconds(context.isQuick) };
    });
  },
  work: ({ bytes }) => ({ bars: 1, rows: 1, bytes }),
  check: async ({ ours, bare }) => {
    const [a, b] = await Promise.all(
      [ours, bare].map(async ({ url }) => {
        const answer = await fetch(url + PATH, { headers: { 'Accept-Encoding': 'identity' } });
        return answer.text();
      }),
    );
    const { data } = JSON.parse(a!) as { data: unknown[] };
    if (a !== b || data.length !== 500) throw new Error('api-cached: the answers differ');
    return `both answer the same ${a.length} bytes, 500 klines`;
  },
  run: { name: 'klinemill', run: (input) => load(input.ours.url, input.seconds, () => PATH) },
  reference: [{ name: BARE, run: (input) => load(input.bare.url, input.seconds, () => PATH) }],
  release: async ({ ours, bare }) => {
    await Promise.all([ours.end(), bare.end()]);
  },
};
