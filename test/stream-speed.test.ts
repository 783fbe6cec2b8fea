import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { durationOf, type OutgoingBar } from '../engine/index.js';
import { ensureTopics } from '../engine/stream/kafka.js';
import { KlineProducer, outgoingBar } from '../engine/stream/kline-producer.js';
import { openWarehouse } from '../warehouse/index.js';
import { temporaryFolder } from './support/cli.js';
import { BROKERS, describeKafka, kafka } from './support/kafka.js';
import { walkColumns } from './support/market.js';
import { Measured } from './support/measured.js';
import { newWarehouse, select } from './support/warehouse.js';

// How fast a stream is and what it holds. `npm test` looks whether it runs at all; `npm run soak -- stream-speed` is long
// enough for the figures, and judges them.

const isSoak = process.env.KLINEMILL_STREAM_SPEED !== undefined;
const SERIES = 20;
const folder = temporaryFolder();
let made = 0;

async function newUrl(): Promise<string> {
  const warehouse = await newWarehouse(folder.path, `speed-${++made}`);
  await warehouse.close();
  return warehouse.url;
}

async function predictions(url: string): Promise<number> {
  const warehouse = await openWarehouse(url);
  const [row] = await select(warehouse, 'SELECT count(*) FROM bar_prediction');
  await warehouse.close();
  return Number(row![0]);
}

/** Bars of 20 series, in turns. */
function* bars(rows: number, seed: number): Generator<OutgoingBar> {
  const series = Array.from({ length: SERIES }, (_, i) => ({
    key: { symbol: `SPEED${i}`, interval: '15m' },
    columns: walkColumns({ seed: seed + i, rows, durationMs: durationOf('15m') }),
  }));
  for (let row = 0; row < rows; row++)
    for (const { key, columns } of series) yield outgoingBar(key, 'test', columns, row);
}

async function newProducer(): Promise<{ topic: string; producer: KlineProducer }> {
  const topic = `test-${randomUUID()}`;
  const client = kafka(BROKERS);
  await ensureTopics(client, { [topic]: SERIES });
  return { topic, producer: await KlineProducer.connect(client, topic) };
}

async function sendAll(producer: KlineProducer, all: Iterable<OutgoingBar>): Promise<void> {
  const some: OutgoingBar[] = [];
  for (const bar of all) {
    some.push(bar);
    if (some.length === 500) await producer.send(some.splice(0));
  }
  await producer.send(some);
}

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

describeKafka('speed of a stream', () => {
  afterAll(() => folder.dispose());

  it.each([{ publish: false }, { publish: true }])(
    'from a filled topic into DuckDB, publishing: $publish',
    {
      timeout: 1_200_000,
    },
    async ({ publish }) => {
      const rows = isSoak ? (publish ? 10_000 : 50_000) : 400;
      const { topic, producer } = await newProducer();
      await sendAll(producer, bars(rows, 100));
      await producer.close();
      const url = await newUrl();
      const { report, elapsedMs, parts, memory } = await new Measured({
        url,
        topic,
        publish,
        untilEnd: true,
        now: Date.UTC(2040, 0, 1),
      }).ended;
      const count = rows * SERIES;
      expect(report).toMatchObject({ added: count, dead: 0 });
      if (publish) expect(report.published).toBe(await predictions(url));
      const rate = count / (elapsedMs / 1000);
      const inside = Object.values(parts).reduce((sum, ms) => sum + ms, 0);
      const cost = (ms: number): string => ((1000 * ms) / count).toFixed(1);
      print(
        `publishing ${publish}: ${count} bars, 2 strategies, ${report.transactions} transactions: ${Math.round(rate)} bars/s`,
      );
      const own = Object.entries(parts).map(([part, ms]) => `${part.slice(0, -2)} ${cost(ms)}`);
      print(
        `µs a bar: ${cost(elapsedMs)} = ${own.join(' + ')} + Kafka, unpacking, waiting ${cost(elapsedMs - inside)}`,
      );
      const tenth = (n: number): number => {
        const held = memory.filter(([taken]) => taken > (n - 1) * 0.1 * count && taken <= n * 0.1 * count);
        return held.reduce((sum, [, bytes]) => sum + bytes, 0) / held.length / 2 ** 20;
      };
      print(
        `resident MB by tenth: ${Array.from({ length: 10 }, (_, i) => tenth(i + 1).toFixed(0)).join(' ')}`,
      );
      if (!isSoak || publish) return;
      expect(rate).toBeGreaterThan(20_000);
      expect(tenth(10)).toBeLessThan(1.1 * tenth(2));
    },
  );

  it('one bar from produced to committed, 50 bars a second over 20 partitions', {
    timeout: 600_000,
  }, async () => {
    const warmUp = 300 * SERIES;
    const count = isSoak ? 3_000 : 150;
    const { topic, producer } = await newProducer();
    const all = [...bars(300 + Math.ceil((50 + count) / SERIES), 500)];
    await sendAll(producer, all.slice(0, warmUp));
    const measured = new Measured({
      url: await newUrl(),
      topic,
      publish: true,
      untilEnd: false,
      now: Date.UTC(2040, 0, 1),
    });
    await measured.taken(warmUp);
    await sleep(1_000);
    const startedAt = performance.now();
    // The first second is not counted.
    const countedFrom = Date.now() + 1_000;
    const sending: Promise<void>[] = [];
    for (const [i, bar] of all.slice(warmUp, warmUp + 50 + count).entries()) {
      await sleep(Math.max(0, startedAt + 20 * i - performance.now()));
      sending.push(producer.send([bar]));
    }
    await Promise.all(sending);
    await measured.taken(warmUp + 50 + count);
    await producer.close();
    measured.stop();
    const { latencies, report } = await measured.ended;
    const sorted = latencies
      .filter(([producedAt]) => producedAt >= countedFrom)
      .map(([, ms]) => ms)
      .sort((a, b) => a - b);
    expect(sorted.length, JSON.stringify(report)).toBeGreaterThan(0.9 * count);
    const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1]!;
    print(
      `${sorted.length} bars in ${report.transactions} transactions: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`,
    );
    const edges = [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 75, 100, 200, 500, 1_000, Number.POSITIVE_INFINITY];
    let below = 0;
    for (const edge of edges) {
      const within = sorted.filter((ms) => ms < edge).length - below;
      below += within;
      if (within > 0)
        print(
          `  below ${String(edge).padStart(8)} ms ${String(within).padStart(5)} ${'#'.repeat(Math.ceil((60 * within) / sorted.length))}`,
        );
    }
    if (isSoak) expect(at(0.99)).toBeLessThan(50);
  });
});
