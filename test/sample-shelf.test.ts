import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { loadSources, recompute, syntheticSources } from '../engine/index.js';
import {
  type AnalyticsFilter,
  readEquity,
  readFigures,
  readMetricContribution,
  readRolling,
  SampleShelf,
  type Warehouse,
} from '../warehouse/index.js';
import { temporaryFolder } from './support/cli.js';
import { newWarehouse } from './support/warehouse.js';

// Figures from samples that a shelf keeps are those that each reader finds for itself, before and after a change.

const FILTER: AnalyticsFilter = { strategy: 'trend-momentum', symbol: 'SYNTHETIC_BTCUSDT', interval: '1h' };
const folder = temporaryFolder();
let warehouse: Warehouse;
let shelf: SampleShelf;
/** Snapshots that were opened, and those that are open. */
let opened = 0;
let open = 0;

async function load(seed: number): Promise<void> {
  const sources = syntheticSources({ hours: 2000, seed });
  await loadSources(warehouse, sources, { now: Date.UTC(2030, 0, 1), revise: true });
  await recompute(warehouse, { threads: 0 });
}

beforeAll(async () => {
  warehouse = await newWarehouse(folder.path, 'shelf');
  await load(1);
});

beforeEach(() => {
  [opened, open] = [0, 0];
  const analyse: Warehouse['analyse'] = async (work) => {
    opened++;
    open++;
    try {
      return await warehouse.analyse(work);
    } finally {
      open--;
    }
  };
  shelf = new SampleShelf(
    new Proxy(warehouse, {
      get: (target, name) => {
        if (name === 'analyse') return analyse;
        const member = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    }),
  );
});

afterEach(async () => {
  await shelf.close();
  expect(open).toBe(0);
});

afterAll(async () => {
  await warehouse.close();
  folder.dispose();
});

const readers = {
  all: (source: Warehouse | SampleShelf) => readFigures(source, FILTER, 'all'),
  month: (source: Warehouse | SampleShelf) => readFigures(source, FILTER, 'month'),
  equity: (source: Warehouse | SampleShelf) => readEquity(source, FILTER),
  rolling: (source: Warehouse | SampleShelf) => readRolling(source, FILTER),
  metrics: (source: Warehouse | SampleShelf) => readMetricContribution(source, FILTER),
};

async function read(source: Warehouse | SampleShelf): Promise<unknown[]> {
  return Promise.all(Object.values(readers).map((reader) => reader(source)));
}

it('all figures over one filter come from one sample, asked for together or one after the other', async () => {
  const own = await read(warehouse);
  expect(await read(shelf)).toEqual(own);
  for (const [at, reader] of Object.values(readers).entries()) expect(await reader(shelf)).toEqual(own[at]);
  expect([opened, open]).toEqual([1, 1]);
});

it('what has changed is read anew', async () => {
  const before = await read(shelf);
  await load(2);
  const after = await read(shelf);
  expect(after).not.toEqual(before);
  expect(after).toEqual(await read(warehouse));
  expect(opened).toBe(2);
});

it('regimes are read when they are asked for, and serve the others then', async () => {
  const plain = await readers.all(shelf);
  expect(await readFigures(shelf, FILTER, 'regime')).toEqual(await readFigures(warehouse, FILTER, 'regime'));
  expect(await readers.all(shelf)).toEqual(plain);
  expect(opened).toBe(2);
});

it('few snapshots stay open, whatever is asked for', async () => {
  const sides = ['BUY', 'SELL'] as const;
  for (const side of sides)
    for (const allocation of [0.1, 0.2, 0.3]) {
      const filter = { ...FILTER, side, allocation };
      expect(await readFigures(shelf, filter, 'all')).toEqual(await readFigures(warehouse, filter, 'all'));
    }
  await expect.poll(() => open).toBeLessThanOrEqual(2);
  expect(opened).toBe(6);
});

it('a failed reader takes its sample along; the next one has another', async () => {
  const failing = shelf.lend(
    (await warehouse.strategies()).find(({ document }) => document.strategy === FILTER.strategy)!,
    FILTER,
    false,
    ({ session }) => session.rows('SELECT * FROM no_such_table'),
  );
  await expect(failing).rejects.toThrow(/no_such_table/);
  expect(await readers.all(shelf)).toEqual(await readers.all(warehouse));
  expect(opened).toBe(2);
});
