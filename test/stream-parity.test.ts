import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JSON_OUTPUT } from '../cli/schemas/index.js';
import { loadFiles, recompute } from '../engine/index.js';
import { fileSources, replay } from '../engine/stream/index.js';
import { NO_MYSQL, type TestServer, testServer } from '../warehouse/testing/mysql.js';
import { KLINES } from './cli-process.js';
import { consumer, linesOf } from './stream.case.js';
import { klinemill, temporaryFolder } from './support/cli.js';
import { BROKERS, filledTopic, NO_KAFKA, readTopic } from './support/kafka.js';
import { withStrategies } from './support/mysql.js';
import { disordered } from './support/stream.js';
import { checksumLines, newWarehouse } from './support/warehouse.js';

// SPEC 9 on real klines: what comes through Kafka has the checksums of the batch. The last bars of each series, so that
// the 15m bars decide exits of the 2h bars; `npm run soak -- parity --seeds N` takes all bars.

const SEEDS = process.env.KLINEMILL_PARITY_SEEDS;
const ROWS = SEEDS === undefined ? 1_200 : Number.POSITIVE_INFINITY;
const NOW = Date.UTC(2030, 0, 1);
/** All bars take minutes. */
const TIMES = SEEDS === undefined ? {} : { timeout: 1_200_000 };
const NAMES = [
  'BTCUSDT-2h-20170817-20260430.csv.gz',
  'BTCUSDT-15m-20230102-20260430.csv.gz',
  'ETHUSDT-1h-20180101-20260430.csv.gz',
  'BITTREX_DASHBTC-1m-20180120-20180130.csv.gz',
];

const missing = NO_KAFKA ? 'no KLINEMILL_TEST_KAFKA' : existsSync(KLINES) ? null : 'needs ../shared/klines';
const backends = NO_MYSQL ? ['DuckDB'] : ['DuckDB', 'MySQL'];

describe.skipIf(missing !== null)(`real klines through Kafka (${missing ?? 'all there'})`, () => {
  const folder = temporaryFolder();
  let files: string[];
  let truth: string[];
  let server: TestServer | null = null;
  let made = 0;

  beforeAll(async () => {
    files = NAMES.map(lastRows);
    const reference = await newWarehouse(folder.path, 'reference');
    await loadFiles(reference, files, { now: NOW });
    await recompute(reference, { threads: 0 });
    truth = await checksumLines(reference);
    await reference.close();
    if (!NO_MYSQL) server = await testServer();
  });

  afterEach(() => server?.dropAll());

  afterAll(async () => {
    await server?.end();
    folder.dispose();
  });

  /** The last rows of a file, with its first line when that names the columns. */
  function lastRows(name: string): string {
    const lines = gunzipSync(readFileSync(join(KLINES, name)))
      .toString('utf8')
      .trimEnd()
      .split('\n');
    const header = /^\d/.test(lines[0]!) ? [] : lines.splice(0, 1);
    const path = join(folder.path, basename(name, '.gz'));
    writeFileSync(path, `${[...header, ...lines.slice(-Math.min(ROWS, lines.length))].join('\n')}\n`);
    return path;
  }

  async function make(backend: string): Promise<string> {
    if (backend === 'MySQL') {
      const url = await server!.createDatabase();
      await withStrategies(url);
      return url;
    }
    const warehouse = await newWarehouse(folder.path, `parity-${++made}`);
    await warehouse.close();
    return warehouse.url;
  }

  it.each(backends)('%s: replayed files', TIMES, async (backend) => {
    const url = await make(backend);
    const topic = `test-${randomUUID()}`;
    const broker = ['--brokers', BROKERS, '--topic', topic];
    const produced = await klinemill([
      'produce',
      ...broker,
      '--json',
      '--now',
      String(NOW),
      '--replay',
      ...files,
    ]);
    expect(produced.code, produced.stderr).toBe(0);
    const { sent, elapsed_ms } = JSON_OUTPUT.produce.parse(JSON.parse(produced.stdout));
    expect(sent).toBeGreaterThan(0);
    const own = ['--warehouse', url, '--group', topic, '--now', String(NOW), '--until-end', '--json'];
    const streamed = await klinemill(['stream', ...broker, ...own, '--prediction-topic', `${topic}.p`]);
    expect(streamed.code, streamed.stderr).toBe(0);
    const report = JSON_OUTPUT.stream.parse(JSON.parse(streamed.stdout));
    expect([report.messages, report.dead_letters]).toEqual([sent, 0]);
    process.stdout.write(
      `${backend}: ${sent} bars sent in ${Math.round(elapsed_ms)} ms, ` +
        `stored in ${Math.round(report.elapsed_ms)} ms\n`,
    );
    expect(await linesOf(url)).toEqual(truth);
    expect(await readTopic(`${topic}.dlq`)).toEqual([]);
  });

  const cases = backends.flatMap((backend) =>
    Array.from({ length: Number(SEEDS ?? 1) }, (_, i) => ({ backend, seed: i + 1 })),
  );
  it.each(cases)(
    '$backend: 10 % twice, 5 % late by up to 50 bars, killed 3 times, seed $seed',
    TIMES,
    async ({ backend, seed }) => {
      const url = await make(backend);
      const messages = await disorderedBars(seed);
      const topic = await filledTopic(messages);
      for (const share of [0.2, 0.5, 0.8]) {
        const child = consumer({ url, topic, now: NOW, transactionMessages: 4_096 });
        // Every one begins where the one before it was killed.
        await child.taken((share === 0.2 ? 0.2 : 0.3) * messages.length);
        child.kill('SIGKILL');
        await child.ended;
      }
      const end = await consumer({ url, topic, now: NOW, transactionMessages: 4_096 }).ended;
      expect(end.code, end.stderr).toBe(0);
      expect(await linesOf(url)).toEqual(truth);
      expect(await readTopic(`${topic}.dlq`)).toEqual([]);
    },
  );

  /** Every series in a disorder of its own, mixed in the proportion of their bars. */
  async function disorderedBars(seed: number): Promise<{ key: string; value: string }[]> {
    const placed: { at: number; message: { key: string; value: string } }[] = [];
    for (const [i, file] of files.entries()) {
      const bars: { key: string; value: string }[] = [];
      for await (const some of await replay(await fileSources([file], {}, NOW, new Map()), null))
        for (const { key, value } of some) bars.push({ key: `${key.symbol}|${key.interval}`, value });
      const mixed = disordered(bars, { seed: 10 * seed + i, twice: 0.1, late: 0.05, lateBy: 50 });
      for (const [at, message] of mixed.entries()) placed.push({ at: at / mixed.length, message });
    }
    return placed.sort((a, b) => a.at - b.at).map(({ message }) => message);
  }
});
