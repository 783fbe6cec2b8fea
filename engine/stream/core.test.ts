import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/cli.js';
import { random, walkColumns } from '../../test/support/market.js';
import { csvOf } from '../../test/support/market-files.js';
import { disordered } from '../../test/support/stream.js';
import { checksumLines, newWarehouse, select } from '../../test/support/warehouse.js';
import { GRAIN_QUERIES, PartitionMovedError, type Warehouse } from '../../warehouse/index.js';
import { loadFiles } from '../load.js';
import { recompute } from '../recompute.js';
import { verify } from '../verify.js';
import { currentVersions } from '../versions.js';
import { LoadedPartitions } from './context.js';
import { StreamCore } from './core.js';
import type { StreamBatch, StreamMessage } from './dead-letter.js';
import { klineMessage } from './kline-message.js';
import { Outbox } from './outbox.js';

// SPEC 9: by stream or batch, in any order, with restarts: the same facts. The batch is the reference.

const NOW = Date.UTC(2026, 0, 1);
const folder = temporaryFolder();
const MARKET = [
  { name: 'BTCUSDT-15m', rows: 6_000, durationMs: 900_000, seed: 2 },
  { name: 'BTCUSDT-1h', rows: 2_700, durationMs: 3_600_000, seed: 1 },
  { name: 'ETHUSDT-2h', rows: 1_500, durationMs: 7_200_000, seed: 3 },
].map((market) => ({ ...market, columns: walkColumns(market) }));

const open: Warehouse[] = [];
async function warehouse(name: string): Promise<Warehouse> {
  const opened = await newWarehouse(folder.path, name);
  open.push(opened);
  return opened;
}

let truth: string[];
let gaps: readonly unknown[][];
const GAPS = 'SELECT * FROM v_kline_gap ORDER BY ALL';

beforeAll(async () => {
  const reference = await warehouse('reference');
  const files = MARKET.map(({ name, columns }) => {
    const path = join(folder.path, `${name}-all.csv`);
    writeFileSync(path, csvOf(columns));
    return path;
  });
  await loadFiles(reference, files, { now: NOW });
  await recompute(reference, { threads: 0 });
  truth = await checksumLines(reference);
  gaps = await select(reference, GAPS);
});

afterAll(async () => {
  for (const opened of open) await opened.close();
  folder.dispose();
});

/** The bars of a market as messages of one Kafka partition. */
function messages({ name, rows, columns }: (typeof MARKET)[number]): Pick<StreamMessage, 'key' | 'value'>[] {
  const key = Buffer.from(name.replace('-', '|'));
  return Array.from({ length: rows }, (_, row) => ({ key, value: Buffer.from(klineMessage(columns, row)) }));
}

async function newCore(store: Warehouse, revise = false): Promise<StreamCore> {
  const loaded = new LoadedPartitions();
  for (const key of await store.partitions()) loaded.add(key);
  const runId = await store.startRun('stream', '', NOW);
  return new StreamCore(
    { warehouse: store, versions: currentVersions(), runId, now: () => NOW, loaded },
    {
      topic: 't',
      rules: { symbols: null, revise },
      bury: async () => {},
      observer: {},
      outbox: await Outbox.open(store),
    },
  );
}

/** As the running stream: what a batch has changed is opened anew, and the messages are taken in then. */
async function take(core: StreamCore, batches: readonly StreamBatch[]): Promise<void> {
  const again = (error: unknown): Promise<unknown> => {
    if (error instanceof PartitionMovedError) return core.take(batches);
    throw error;
  };
  await core.take(batches).catch(again);
}

/** Feeds topics of one partition a market, in batches of random sizes, some of several partitions at once. */
async function feed(
  core: StreamCore,
  topics: readonly (readonly Pick<StreamMessage, 'key' | 'value'>[])[],
  options: {
    readonly seed: number;
    readonly largest: number;
    /** Offset to go on from. */
    readonly start?: number;
    readonly between?: () => Promise<void>;
  },
): Promise<void> {
  const next = random(options.seed);
  const offsets = topics.map(() => options.start ?? 0);
  while (topics.some((topic, p) => offsets[p]! < topic.length)) {
    const batches = topics.flatMap((topic, partition) => {
      const from = offsets[partition]!;
      if (from >= topic.length || next() < 0.3) return [];
      const to = Math.min(topic.length, from + 1 + Math.floor(next() * options.largest));
      offsets[partition] = to;
      return {
        partition,
        from: from === 0 ? null : from,
        next: to,
        messages: topic
          .slice(from, to)
          .map((message, i) => ({ ...message, partition, offset: from + i, timestamp: 0 })),
      };
    });
    if (batches.length > 0) await take(core, batches);
    if (core.hasRefinements && next() < 0.1) await core.refine();
    await options.between?.();
  }
  await core.refine();
}

async function expectTruth(store: Warehouse): Promise<void> {
  expect(await checksumLines(store)).toEqual(truth);
  expect(await select(store, GAPS)).toEqual(gaps);
  for (const [table, sql] of Object.entries(GRAIN_QUERIES))
    expect([table, await select(store, sql)]).toEqual([table, []]);
  const { problems, stale } = await verify(store, { threads: 0 });
  expect({ problems, stale }).toEqual({ problems: [], stale: [] });
}

describe('a stream', () => {
  it('leaves what the batch leaves, in order, in batches of thousands', async () => {
    const store = await warehouse('large');
    await feed(await newCore(store), MARKET.map(messages), { seed: 1, largest: 2_000 });
    await expectTruth(store);
  });

  it('leaves the same with late bars, duplicates and restarts, in small batches', async () => {
    const store = await warehouse('disorder');
    const topics = MARKET.map((market, i) =>
      disordered(messages(market), { seed: 7 + i, twice: 0.1, late: 0.05, lateBy: 50 }),
    );
    const core = await newCore(store);
    const next = random(5);
    const restart = async () => {
      if (next() < 0.02) core.drop();
    };
    await feed(core, topics, { seed: 2, largest: 150, between: restart });
    await expectTruth(store);
  });

  it.each([
    { in: 'batches, one of them with two revisions of a bar', isWhole: false },
    { in: 'the batch that brings the first bars', isWhole: true },
  ])('leaves what the batch leaves of bars that are revised in $in', async ({ isWhole }) => {
    const name = (kind: string): string => `revised-${kind}${isWhole ? '-whole' : ''}`;
    const rows = isWhole ? 300 : 1_300;
    const market = { ...MARKET[1]!, rows };
    const next = random(6);
    // Two corrections of the same bars: each asks for a transaction, or a layer, of its own. A third layer would heal what the
    // second left.
    const chosen = Array.from({ length: 12 }, () => Math.floor(next() * rows)).sort((a, b) => a - b);
    const corrected = (isWhole ? [2] : [1.5, 2]).map((factor) => {
      const columns = market.columns.map((column) => column.slice());
      for (const row of chosen) {
        columns[2]![row]! *= 1 + factor / 100;
        columns[5]![row]! *= factor;
      }
      return { ...market, columns };
    });
    const reference = await warehouse(name('reference'));
    for (const [i, { name: file, columns }] of [market, ...corrected].entries()) {
      const path = join(folder.path, `${file}-revised-${i}.csv`);
      writeFileSync(path, csvOf(columns, 0, rows));
      await loadFiles(reference, [path], { now: NOW, revise: true });
    }
    await recompute(reference, { threads: 0 });

    const store = await warehouse(name('stream'));
    const corrections = corrected.flatMap((one) => {
      const all = messages(one);
      return [...new Set(chosen)].map((row) => all[row]!);
    });
    const core = await newCore(store, true);
    const topic = [...messages(market), ...corrections];
    if (isWhole) {
      const whole = topic.map((message, offset) => ({ ...message, partition: 0, offset, timestamp: 0 }));
      await take(core, [{ partition: 0, from: null, next: whole.length, messages: whole }]);
    } else await feed(core, [topic], { seed: 4, largest: 400 });
    expect(await checksumLines(store)).toEqual(await checksumLines(reference));
    const revisions = 'SELECT close_time, revision, volume FROM kline_revision ORDER BY ALL';
    expect(await select(store, revisions)).toEqual(await select(reference, revisions));
    expect((await verify(store, { threads: 0 })).problems).toEqual([]);
  });

  it('leaves the same bar by bar, over the end of a block', async () => {
    const store = await warehouse('single');
    const few = MARKET.map((market) => messages(market).slice(0, 1_030));
    const core = await newCore(store);
    await feed(
      core,
      few.map((topic) => topic.slice(0, 1_000)),
      { seed: 3, largest: 1_000 },
    );
    await feed(core, few, { seed: 3, largest: 1, start: 1_000 });
    const other = await warehouse('single-reference');
    const files = MARKET.map(({ name, columns }) => {
      const path = join(folder.path, `${name}-few.csv`);
      writeFileSync(path, csvOf(columns, 0, 1_030));
      return path;
    });
    await loadFiles(other, files, { now: NOW });
    await recompute(other, { threads: 0 });
    expect(await checksumLines(store)).toEqual(await checksumLines(other));
    expect((await verify(store, { threads: 0 })).problems).toEqual([]);
  });

  it.each([
    { bars: 'late', rows: [700, 720], isComputed: false },
    { bars: 'late', rows: [700, 720], isComputed: true },
    { bars: 'revised', rows: [700, 720], isComputed: false },
    { bars: 'revised', rows: [700, 720], isComputed: true },
    { bars: 'next', rows: [1_500, 1_600], isComputed: false },
    { bars: 'next', rows: [1_500, 1_600], isComputed: true },
  ])(
    'leaves the same when a batch loads $bars bars of an open series, computed: $isComputed',
    async ({ bars, rows: [from = 0, to = 0], isComputed }) => {
      const store = await warehouse(`beside-${bars}-${isComputed}`);
      const hours = MARKET[1]!;
      const topics = MARKET.map(messages);
      const until = topics.map((topic) => topic.slice(0, 1_500));
      const wrong = hours.columns.map((column) => column.slice());
      for (let row = from; row < to; row++) wrong[5]![row]! *= 2;
      if (bars === 'late') until[1]!.fill(until[1]![from - 1]!, from, to);
      if (bars === 'revised')
        until[1]!.splice(from, to - from, ...messages({ ...hours, columns: wrong }).slice(from, to));
      const core = await newCore(store);
      await feed(core, until, { seed: 9, largest: 1_000 });
      const open = new Map(
        [...core.series].map((series) => [series.key.symbol + series.key.interval, series]),
      );

      const path = join(folder.path, `${hours.name}-beside-${bars}.csv`);
      writeFileSync(path, csvOf(hours.columns, from, to));
      await loadFiles(store, [path], { now: NOW, revise: bars === 'revised' });
      if (isComputed) await recompute(store, { threads: 0 });
      // Its own bookkeeping must not pass over them either.
      await core.settle();
      await feed(core, topics, { seed: 10, largest: 1_000, start: 1_500 });
      await core.settle();
      await expectTruth(store);
      const kept = [...core.series].filter(
        (series) => open.get(series.key.symbol + series.key.interval) === series,
      );
      expect(kept.map(({ key }) => key.interval).sort()).toEqual(['15m', '2h']);
    },
  );

  it('opens a series that was forgotten, and goes on with the bars that come', async () => {
    const store = await warehouse('forgotten');
    const core = await newCore(store);
    const topics = [messages(MARKET[2]!)];
    await feed(core, [topics[0]!.slice(0, 500)], { seed: 11, largest: 200 });
    const session = await store.begin();
    const key = { symbol: 'ETHUSDT', interval: '2h' };
    await session.forget(key);
    const runId = await store.startRun('forget', '', NOW);
    await session.recordKlineChange({ ...key, runId, fromTime: 0, toTime: NOW, added: 0, revised: 0 });
    await session.commit();
    await feed(core, topics, { seed: 11, largest: 200, start: 500 });
    await core.settle();
    expect(await verify(store, { threads: 0 })).toMatchObject({ problems: [], stale: [] });
    expect(await select(store, 'SELECT count(*) FROM fact_kline')).toEqual([[1_000]]);
  });

  it('leaves nothing stale of a series whose finer bars come after its own and decide no exit', async () => {
    const store = await warehouse('finer-last');
    const core = await newCore(store);
    const [finer, coarse] = MARKET.map((market) => messages(market).slice(0, 40));
    await feed(core, [coarse!], { seed: 8, largest: 40 });
    const other = [[], finer!];
    await feed(core, other, { seed: 8, largest: 40 });
    expect(core.hasRefinements).toBe(false);
    await core.settle();
    expect(await verify(store, { threads: 0 })).toMatchObject({ problems: [], stale: [] });
  });

  // One consumer has the hours, another one the quarters of them, which decide exits of the hours.
  it.each([1, 2, 3, 4])('leaves the same when two consumers share a symbol, seed %i', async (seed) => {
    const store = await warehouse(`shared-${seed}`);
    const [quarters, hours, other] = MARKET.map(messages);
    const finer = { core: await newCore(store), topics: [quarters!, [], other!] };
    const coarse = { core: await newCore(store), topics: [[], hours!] };
    const next = random(seed);
    const offsets = [0, 0, 0];
    const isLeft = ({ topics }: typeof finer): boolean =>
      topics.some((topic, partition) => offsets[partition]! < topic.length);
    while (isLeft(finer) || isLeft(coarse)) {
      const { core, topics } = next() < 0.5 ? finer : coarse;
      const batches = topics.flatMap((topic, partition) => {
        const from = offsets[partition]!;
        const to = Math.min(topic.length, from + Math.ceil(next() * 300));
        if (from >= to) return [];
        offsets[partition] = to;
        const slice = topic.slice(from, to);
        return {
          partition,
          from: from === 0 ? null : from,
          next: to,
          messages: slice.map((message, i) => ({ ...message, partition, offset: from + i, timestamp: 0 })),
        };
      });
      if (batches.length > 0) await core.take(batches);
      if (next() < 0.1) await core.look();
      if (next() < 0.1) await core.refine();
    }
    if (seed % 2 === 0) {
      await coarse.core.look();
      await coarse.core.refine();
      await coarse.core.settle();
    }
    // Otherwise it was killed before it looked, and the other one takes its place.
    else await finer.core.renew();
    await finer.core.refine();
    await finer.core.settle();
    await expectTruth(store);
  });

  it('notes equal bad payloads at equal offsets of two partitions both', async () => {
    const store = await warehouse('noted-twice');
    const core = await newCore(store);
    const bar = JSON.parse(klineMessage(MARKET[1]!.columns, 0));
    const value = Buffer.from(JSON.stringify({ ...bar, close_time: bar.close_time - 60_000 }));
    const batches = ['BTCUSDT|1h', 'ETHUSDT|1h'].map((key, partition) => ({
      partition,
      from: null,
      next: 1,
      messages: [{ partition, offset: 0, timestamp: 0, key: Buffer.from(key), value }],
    }));
    await core.take(batches);
    expect(await select(store, 'SELECT symbol, source, reason FROM v_kline_reject ORDER BY symbol')).toEqual([
      ['BTCUSDT', 't/0', 'TRUNCATED'],
      ['ETHUSDT', 't/1', 'TRUNCATED'],
    ]);
  });
});
