import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { durationOf, loadFiles, recompute } from '../engine/index.js';
import { klineMessage } from '../engine/stream/kline-message.js';
import { openWarehouse } from '../warehouse/index.js';
import { klinemill, start, temporaryFolder } from './support/cli.js';
import { type ConsumerEnd, type ConsumerOptions, TestConsumer } from './support/consumer.js';
import { BROKERS, describeKafka, filledTopic, readTopic } from './support/kafka.js';
import { random, walkColumns } from './support/market.js';
import { writeMarket } from './support/market-files.js';
import { type Poison, poison } from './support/poison.js';
import { disordered } from './support/stream.js';
import { checksumLines, newWarehouse, select } from './support/warehouse.js';

// Through a real broker: the stream leaves what the batch leaves, whatever happens to it on the way (SPEC 9).

export const NOW = Date.UTC(2026, 0, 1);
/** Seeds of a campaign, `npm run soak -- stream --seeds N`, or as few as a suite asks for. */
export const seedsOf = (few: number): number => Number(process.env.KLINEMILL_STREAM_SEEDS ?? few);
export const MARKET = [
  { symbol: 'BTCUSDT', interval: '15m', rows: 2_400, seed: 21 },
  { symbol: 'BTCUSDT', interval: '1h', rows: 1_200, seed: 22 },
  { symbol: 'ETHUSDT', interval: '2h', rows: 1_100, seed: 23 },
];
const POINTS = [
  'before-transaction',
  'in-transaction',
  'after-commit',
  'before-offset-commit',
  // At random.
  null,
] as const;

export interface StreamBackend {
  /** Seeds when there is no campaign. */
  readonly fewSeeds: number;
  /** URL of a new warehouse with the shipped strategies; `folder` is removed at the end. */
  make(folder: string): Promise<string>;
  /** Removes what `make` made. */
  clean(): Promise<void>;
}

/** What a case works with. */
export interface StreamSuite {
  readonly folder: string;
  /** A new warehouse. */
  make(): Promise<string>;
  /** Checksums of the batch. */
  truth(): readonly string[];
}

/** Bars of the market as messages, late and twice, the series mixed. */
export function messages(seed: number): { key: string; value: string }[] {
  const bars = MARKET.flatMap(({ symbol, interval, rows, seed: own }) => {
    const columns = walkColumns({ seed: own, rows, durationMs: durationOf(interval) });
    return Array.from({ length: rows }, (_, row) => ({
      at: columns[6]![row]!,
      message: { key: `${symbol}|${interval}`, value: klineMessage(columns, row) },
    }));
  });
  const sorted = bars.sort((a, b) => a.at - b.at).map(({ message }) => message);
  return disordered(sorted, { seed, twice: 0.1, late: 0.05, lateBy: 50 });
}

export async function linesOf(url: string): Promise<string[]> {
  const warehouse = await openWarehouse(url);
  try {
    return await checksumLines(warehouse);
  } finally {
    await warehouse.close();
  }
}

export function consumer(options: Partial<ConsumerOptions> & { url: string; topic: string }): TestConsumer {
  return new TestConsumer({
    brokers: BROKERS,
    group: randomUUID(),
    now: NOW,
    transactionMessages: 400,
    ...options,
  });
}

/** Runs a consumer to the topic's end. */
function consume(options: Parameters<typeof consumer>[0]): Promise<ConsumerEnd> {
  return consumer(options).ended;
}

/** @param more cases of this backend only */
export function streamCases(
  name: string,
  backend: StreamBackend,
  more: (suite: StreamSuite) => void = () => {},
): void {
  describeKafka(`a stream through Kafka into ${name}`, () => {
    const folder = temporaryFolder();
    const seeds = seedsOf(backend.fewSeeds);
    let truth: string[];
    const suite: StreamSuite = {
      folder: folder.path,
      make: () => backend.make(folder.path),
      truth: () => truth,
    };

    beforeAll(async () => {
      const reference = await newWarehouse(folder.path, 'reference');
      await loadFiles(reference, writeMarket(folder.path, MARKET), { now: NOW });
      await recompute(reference, { threads: 0 });
      truth = await checksumLines(reference);
      await reference.close();
    });

    afterEach(() => backend.clean());
    afterAll(() => folder.dispose());

    it.each(Array.from({ length: seeds }, (_, seed) => seed))(
      'seed %i: SIGKILL at three of the points, then to the end: the batch’s checksums',
      async (seed) => {
        const url = await suite.make();
        const topic = await filledTopic(messages(seed));
        const next = random(seed);
        const transactionMessages = 50 + Math.floor(next() * 800);
        for (const [kill, largest] of [2, 4, 8].entries()) {
          // Two seeds see all five points.
          const point = POINTS[(3 * seed + kill) % POINTS.length]!;
          const nth = 1 + Math.floor(next() * largest);
          if (point !== null) await consume({ url, topic, transactionMessages, point, nth });
          else {
            const child = consumer({ url, topic, transactionMessages });
            await child.taken(1);
            await sleep(next() * 1_000);
            child.kill('SIGKILL');
            await child.ended;
          }
        }
        const end = await consume({ url, topic });
        expect(end.code, end.stderr).toBe(0);
        expect(await linesOf(url)).toEqual(truth);
        expect(await readTopic(`${topic}.dlq`)).toEqual([]);
        await expectPublished(url, topic);
      },
    );

    it(
      'SIGTERM at random moments: exit 0 within 10 s, and nothing is processed differently',
      async () => {
        const url = await suite.make();
        const topic = await filledTopic(messages(99));
        const args = ['stream', '--brokers', BROKERS, '--topic', topic, '--group', randomUUID()];
        const own = [...args, '--warehouse', url, '--now', String(NOW)];
        own.push('--prediction-topic', `${topic}.predictions`);
        const next = random(4);
        for (let moment = 0; moment < seeds; moment++) {
          const child = start(own, { KLINEMILL_LOG_LEVEL: 'debug' });
          let stderr = '';
          await new Promise<void>((resolve) => {
            child.stderr!.on('data', (data) => {
              stderr += String(data);
              if (stderr.includes('"ready":true')) resolve();
            });
          });
          await sleep(next() * 1_500);
          const killedAt = performance.now();
          child.kill('SIGTERM');
          const code = await new Promise((resolve) => child.on('close', resolve));
          expect([code, stderr.includes('trying again')], stderr).toEqual([0, false]);
          expect(performance.now() - killedAt).toBeLessThan(10_000);
        }
        const last = await klinemill([...own, '--until-end', '--json']);
        expect(last.code, last.stderr).toBe(0);
        expect(await linesOf(url)).toEqual(truth);
        await expectPublished(url, topic);
      },
      60_000 + 15_000 * seeds,
    );

    it('bad messages become dead letters with their reasons, and all good ones are stored', async () => {
      const url = await suite.make();
      const bad = poison(Math.max(120, 50 * seeds));
      const next = random(12);
      const mixed: Pick<Poison, 'key' | 'value'>[] = [...messages(1)];
      for (const { key, value } of bad) mixed.splice(Math.floor(next() * mixed.length), 0, { key, value });
      const topic = await filledTopic(mixed);
      const { code, stderr } = await consume({ url, topic });
      expect(code, stderr).toBe(0);
      expect(await linesOf(url)).toEqual(truth);
      const letters = (await readTopic(`${topic}.dlq`)).map(({ key, value, headers }) => [
        key?.toString() ?? null,
        value?.toString().slice(0, 200) ?? null,
        headers!.reason!.toString(),
      ]);
      const expected = bad.map(({ key, value, reason }) => [
        key,
        value?.toString().slice(0, 200) ?? null,
        reason,
      ]);
      const sorted = (list: readonly unknown[][]) => list.map((item) => JSON.stringify(item)).sort();
      expect(sorted(letters)).toEqual(sorted(expected));
    });

    more(suite);
  });
}

/** At least once: the newest revision of every prediction says what the warehouse says. */
export async function expectPublished(url: string, topic: string): Promise<void> {
  const published = new Map<string, { revision: number; close: number; action: string }>();
  for (const { value } of await readTopic(`${topic}.predictions`)) {
    const message = JSON.parse(value!.toString());
    if ((published.get(message.prediction_id)?.revision ?? 0) <= message.revision)
      published.set(message.prediction_id, message);
  }
  const warehouse = await openWarehouse(url);
  const rows = await select(
    warehouse,
    `SELECT concat(strategy, '@', version, ':', symbol, ':', "interval", ':', predicting_at), close, action,
     confidence_score, coalesce(no_trade_reason, '') FROM fact_prediction`,
  );
  await warehouse.close();
  const lines = (list: readonly unknown[][]) => list.map((row) => row.join(' ')).sort();
  expect(
    lines(
      [...published].map(([id, message]) => {
        const { close, action, confidence_score, no_trade_reason } = message as unknown as Record<
          string,
          unknown
        >;
        return [id, close, action, confidence_score, no_trade_reason ?? ''];
      }),
    ),
  ).toEqual(lines(rows));
}
