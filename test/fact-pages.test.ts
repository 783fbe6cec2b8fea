import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSources, recompute, syntheticSources } from '../engine/index.js';
import {
  type FactPage,
  factRows,
  type LogicalCell,
  type Names,
  openFactPage,
  type PageOrder,
  readGeneration,
  readNames,
  recordsOf,
  type Warehouse,
} from '../warehouse/index.js';
import { temporaryFolder } from './support/cli.js';
import { newWarehouse, select } from './support/warehouse.js';

// Pages of facts one behind another, against ORDER BY over the views that people read.

const folder = temporaryFolder();
let warehouse: Warehouse;
let names: Names;

beforeAll(async () => {
  warehouse = await newWarehouse(folder.path, 'pages');
  await loadSources(warehouse, syntheticSources({ hours: 1200 }), { now: Date.UTC(2030, 0, 1) });
  await recompute(warehouse, { threads: 0 });
  names = await readNames(warehouse);
});

afterAll(async () => {
  await warehouse.close();
  folder.dispose();
});

type Row = Record<string, LogicalCell>;

/** The rows of all pages, and how many there were. */
async function walk(
  page: FactPage,
  { isDescending, limit }: Pick<PageOrder, 'isDescending' | 'limit'>,
): Promise<{ readonly rows: Row[]; readonly pages: number }> {
  const rows: Row[] = [];
  let after: PageOrder['after'] = null;
  for (let pages = 1; ; pages++) {
    const { found, next }: { found: Row[]; next: PageOrder['after'] } = await openFactPage(
      warehouse,
      page,
      { isDescending, after, limit },
      async (open) => {
        const found: Row[] = [];
        for await (const table of open.tables) found.push(...recordsOf(table));
        return { found, next: open.next };
      },
    );
    expect(found.length).toBeLessThanOrEqual(limit);
    rows.push(...found);
    if (next === null) return { rows, pages };
    expect(found).toHaveLength(limit);
    after = next;
  }
}

const SYMBOL = 'SYNTHETIC_BTCUSDT';
const one = { symbol: SYMBOL, interval: '1h' };
const WHERE = `symbol = '${SYMBOL}' AND "interval" = '1h'`;

/** A list, the view that says the same, its conditions, and the columns that order it. */
const LISTS: Readonly<Record<string, [() => FactPage, string, string, string]>> = {
  klines: [() => factRows.klines(names, one), 'v_kline', WHERE, 'close_time'],
  'values of three codes': [
    () => factRows.indicatorValues(names, one, ['RSI14', 'EMA20', 'ATR14']),
    'fact_indicator',
    `${WHERE} AND indicator IN ('RSI14', 'EMA20', 'ATR14')`,
    'indicator, "timestamp"',
  ],
  'metric values': [
    () => {
      const record = names.strategies.find(({ document }) => document.strategy === 'trend-momentum')!;
      const codes = record.document.metrics.filter(({ active }) => active).map(({ code }) => code);
      return factRows.metricValues(names, one, record, codes);
    },
    'fact_metric_value',
    `${WHERE} AND strategy = 'trend-momentum'`,
    'metric, calculating_at',
  ],
  'predictions of every partition': [
    () => factRows.predictions(names, { strategies: names.strategies, sort: 'predicting_at' }),
    'fact_prediction',
    'true',
    'predicting_at, strategy, symbol, "interval"',
  ],
  'few predictions': [
    () =>
      factRows.predictions(names, {
        strategies: names.strategies,
        isConflict: true,
        sort: 'predicting_at',
      }),
    'fact_prediction',
    'is_conflict = 1',
    'predicting_at, strategy, symbol, "interval"',
  ],
  'results by pnl': [
    () => factRows.results(names, { strategies: names.strategies, sort: 'pnl_pct' }),
    'v_prediction_result',
    'true',
    'pnl_pct, predicting_at, strategy, symbol, "interval"',
  ],
};

describe.each(Object.entries(LISTS))('%s', (_, [pageOf, view, where, order]) => {
  it.each([
    [97, false],
    [97, true],
    [20_000, false],
    [20_000, true],
  ])('pages of %d, descending %s', async (limit, isDescending) => {
    const page = pageOf();
    const columns = page.columns.map(({ name }) => name).filter((name) => name !== 'prediction_id');
    const direction = isDescending ? ' DESC' : '';
    const ordered = order
      .split(', ')
      .map((column) => `${column}${direction}`)
      .join(', ');
    const stored = await select(
      warehouse,
      `SELECT ${columns.map((name) => `"${name}"`).join(', ')} FROM ${view} WHERE ${where} ORDER BY ${ordered}`,
    );
    const { rows, pages } = await walk(page, { isDescending, limit });
    expect(pages).toBe(Math.max(1, Math.ceil(stored.length / limit)));
    const found = rows.map((row) => columns.map((name) => row[name]));
    // Ids order strategies, symbols and intervals in the list, their texts in the query: rows of one time are compared as a set.
    const key = (row: readonly unknown[]): string => JSON.stringify(row);
    expect(found.map(key).sort()).toEqual(stored.map((row) => key(row.map(plain))).sort());
    const first = columns.indexOf(order.split(', ')[0]!.replaceAll('"', ''));
    expect(found.map((row) => row[first])).toEqual(stored.map((row) => plain(row[first])));
  });
});

/** Flags and counts come as they are stored. */
const plain = (cell: unknown): unknown =>
  typeof cell === 'bigint' ? Number(cell) : typeof cell === 'boolean' ? Number(cell) : cell;

it('a time range is met exactly, between bars and on them', async () => {
  const all = (await walk(factRows.klines(names, one), { isDescending: false, limit: 500 })).rows;
  const times = all.map((row) => row.close_time as number);
  for (const [from, to] of [
    [times[10]!, times[20]!],
    [times[10]! + 1, times[20]! + 1],
    [0, times[3]!],
    [times.at(-3)!, 8_000_000_000_000],
    [times[5]!, times[5]!],
  ]) {
    const { rows } = await walk(factRows.klines(names, { ...one, from, to }), {
      isDescending: true,
      limit: 4,
    });
    const expected = times.filter((time) => time >= from! && time < to!).reverse();
    expect(rows.map((row) => row.close_time)).toEqual(expected);
  }
});

it('what was loaded behind the range that is known is found', async () => {
  // Names of a moment ago know less.
  const old = {
    ...names,
    partitions: names.partitions.map((partition) => ({
      ...partition,
      firstCloseTime: partition.firstCloseTime + 500 * 3_600_000,
      lastCloseTime: partition.lastCloseTime - 500 * 3_600_000,
    })),
  };
  for (const isDescending of [false, true]) {
    const order = { isDescending, limit: 50 };
    expect(await walk(factRows.klines(old, one), order)).toEqual(
      await walk(factRows.klines(names, one), order),
    );
  }
});

it('a glance is done again when something was committed meanwhile', async () => {
  let looks = 0;
  const seen = await warehouse.glance(async (session) => {
    looks++;
    const before = await session.rows<{ n: number }>(
      'SELECT count(*) AS n FROM dim_strategy WHERE is_enabled = 1',
    );
    if (looks === 1) await warehouse.setStrategyEnabled('trend-momentum', false);
    return { enabled: before[0]!.n, generation: await readGeneration(session) };
  });
  expect(looks).toBe(2);
  const [stored] = await select(warehouse, 'SELECT count(*) FROM dim_strategy WHERE is_enabled = 1');
  expect(seen.enabled).toBe(Number(stored![0]));
  expect(seen.generation).toBe(await readGeneration(warehouse));
  await warehouse.setStrategyEnabled('trend-momentum', true);
  expect(await readGeneration(warehouse)).not.toBe(seen.generation);
});
