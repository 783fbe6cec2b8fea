import { tableFromIPC } from 'apache-arrow';
import { type ApiServer, hourlyWarehouse, readyApi } from '../api-server.js';
import type { BenchCase, Sample } from '../case.js';

const ROWS = 1_000_000;
const PATH = `/v1/indicator-values?symbol=BTCUSDT&interval=1h&limit=${ROWS}`;
const ARROW = { Accept: 'application/vnd.apache.arrow.stream', 'Accept-Encoding': 'identity' };

interface DownloadInput {
  readonly server: ApiServer;
  bytes: number;
}

export const apiDownload: BenchCase<DownloadInput> = {
  name: 'api-download',
  group: 'api',
  title:
    'A download of one million indicator values as an Arrow stream over loopback, as fast as a reader that does nothing with it ' +
    'takes it; rows = indicator values, MB = bytes of the stream. Promised: memory of the server grows by less than 150 MB.',
  sizes: () => [{ label: '1M rows', bars: ROWS }],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 5, roundMs: 0, warmUp: 0 }),
  load: async (_, context) => {
    const { file } = await hourlyWarehouse(context);
    return readyApi({ serve: 'warehouse', file }, async (server) => {
      // Open and warm: what grows is what a download needs.
      await (await fetch(`${server.url}${PATH.replace(String(ROWS), '1000')}`)).text();
      return { server, bytes: 0 };
    });
  },
  work: ({ bytes }) => ({ bars: ROWS, rows: ROWS, bytes }),
  check: async (input) => {
    const { server } = input;
    await server.memory();
    const sample = await download(input);
    const stream = new Uint8Array(await (await fetch(server.url + PATH, { headers: ARROW })).arrayBuffer());
    const table = tableFromIPC(stream);
    const page = await fetch(`${server.url}${PATH.replace(String(ROWS), '5000')}`);
    const { data } = (await page.json()) as { data: unknown[] };
    const head = table.slice(0, data.length).toArray();
    const differs = data.findIndex((row, i) => JSON.stringify(row) !== JSON.stringify(head[i]!.toJSON()));
    if (table.numRows !== ROWS || differs >= 0)
      throw new Error(`api-download: ${table.numRows} rows, row ${differs} differs from the JSON page`);
    return `${ROWS.toLocaleString('en-US')} rows, the first ${data.length} as the JSON page has them; the first download: ${sample.detail}`;
  },
  run: { name: 'klinemill', run: download },
  reference: [],
  release: ({ server }) => server.end(),
};

async function download(input: DownloadInput): Promise<Sample> {
  const { server } = input;
  const before = (await server.memory()).bytes;
  const start = performance.now();
  const answer = await fetch(server.url + PATH, { headers: ARROW });
  let bytes = 0;
  for await (const piece of answer.body!) bytes += (piece as Uint8Array).length;
  const elapsedMs = performance.now() - start;
  const { peakBytes } = await server.memory();
  input.bytes = bytes;
  const mb = (value: number): string => (value / 1e6).toFixed(1);
  const detail = `${mb((bytes / elapsedMs) * 1000)} MB/s, ${mb(bytes)} MB, memory grew by ${mb(peakBytes - before)} MB from ${mb(before)} MB`;
  return { elapsedMs, peakBytes, detail };
}
