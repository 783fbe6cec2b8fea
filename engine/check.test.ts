import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/support/cli.js';
import { klineBatch, walkColumns } from '../test/support/market.js';
import { newWarehouse } from '../test/support/warehouse.js';
import { openWarehouse } from '../warehouse/index.js';
import { check } from './check.js';
import { recompute } from './recompute.js';
import { resample } from './resample.js';

// Every fault is planted by raw SQL in a copy of a sound file, and must be found by its check and by no other.

const HOUR = 3_600_000;
const BTC = { symbol: 'BTCUSDT', interval: '1h' };
const folder = temporaryFolder();
const file = (name: string): string => join(folder.path, `${name}.duckdb`);
// Gaps, and a flat stretch without volume from row 691 to 699.
const market = walkColumns({ seed: 3, rows: 720, durationMs: HOUR, gaps: 0.01 });
const openTimes = market[0]!;
let copies = 0;

beforeAll(async () => {
  const warehouse = await newWarehouse(folder.path, 'sound');
  const runId = await warehouse.startRun('load', 'test', 0);
  const session = await warehouse.begin();
  await session.appendKlines(BTC, klineBatch(market, 0, 720));
  await session.refreshGaps(BTC);
  const [fromTime, toTime] = [market[6]![0]!, market[6]![719]!];
  await session.recordKlineChange({ ...BTC, runId, fromTime, toTime, added: 720, revised: 0 });
  const reject = { ...BTC, source: 'a.csv', sha256: 'ab'.repeat(32), raw: '1,2,3' };
  await session.appendRejects([
    { ...reject, line: 7, reason: 'TRUNCATED' },
    { ...reject, line: 9, reason: 'PRICE' },
  ]);
  await session.commit();
  await warehouse.finishRun(runId, 'DONE', '', 1);
  await resample(warehouse, { from: '1h', to: ['2h', '1w'], partial: true });
  await recompute(warehouse, { threads: 0 });
  await warehouse.close();
});
afterAll(() => folder.dispose());

/** Checks of a copy of the sound file after `faults`, by name. */
async function checksAfter(...faults: string[]) {
  const name = `copy${copies++}`;
  copyFileSync(file('sound'), file(name));
  const instance = await DuckDBInstance.create(file(name));
  const connection = await instance.connect();
  for (const fault of faults) {
    const { rowsChanged } = await connection.run(fault);
    if (!/^ALTER/.test(fault) && rowsChanged === 0) throw new Error(`nothing was planted: ${fault}`);
  }
  connection.closeSync();
  instance.closeSync();
  const warehouse = await openWarehouse(`duckdb:${file(name)}`, { readOnly: true });
  const results = await check(warehouse, { maxRows: 5 });
  await warehouse.close();
  return new Map(results.map((result) => [result.check, result]));
}

const wrong = (results: Awaited<ReturnType<typeof checksAfter>>): string[] =>
  [...results.values()]
    .filter(({ level, found }) => level === 'error' && found > 0)
    .map(({ check: name }) => name);

describe('check of a sound warehouse', () => {
  it('finds no error, and tells what the market is like', async () => {
    const results = await checksAfter();
    expect(wrong(results)).toEqual([]);
    expect([...results.keys()]).toEqual([
      ...['grain', 'nulls', 'orphans', 'ranges', 'grid', 'gap_table'],
      ...['gaps', 'zero_volume', 'truncated', 'stale'],
    ]);
    // Counted from the market's columns.
    const missing = [...openTimes].map((time, i) => (i === 0 ? 0 : (time - openTimes[i - 1]!) / HOUR - 1));
    const gaps = results.get('gaps')!;
    const own = gaps.rows.filter(({ interval }) => interval === '1h');
    const first = missing.findIndex((bars) => bars > 0);
    expect(own[0]).toEqual({
      ...{ table_name: 'kline_gap', strategy: null, symbol: 'BTCUSDT', interval: '1h' },
      at_time: openTimes[first - 1]! + HOUR,
      bars: missing[first],
      detail: `${missing[first]} bars are missing until ${openTimes[first]}`,
    });
    expect(gaps.bars).toBeGreaterThanOrEqual(missing.reduce((sum, bars) => sum + bars));
    const flat = [...market[5]!].flatMap((volume, i) => (volume === 0 ? [i] : []));
    const runs = flat.filter((row) => !flat.includes(row - 1) || missing[row]! > 0);
    const found = results.get('zero_volume')!;
    expect(found.rows.filter(({ interval }) => interval === '1h').map(({ at_time: at }) => at)).toEqual(
      runs.map((row) => market[6]![row]),
    );
    expect(
      found.rows.filter(({ interval }) => interval === '1h').reduce((sum, { bars }) => sum + bars!, 0),
    ).toBe(flat.length);
    expect(results.get('truncated')).toMatchObject({ found: 1, rows: [{ detail: 'a.csv line 7: 1,2,3' }] });
    expect(results.get('stale')).toMatchObject({ level: 'info', found: 0, rows: [] });
  });
});

const KLINE = `fact_kline SET`;
const AT = (row: number): string => `WHERE interval_id = 6 AND close_time = ${market[6]![row]}`;
const LAST = 'WHERE predicting_at = (SELECT max(predicting_at) FROM bar_prediction)';
const DROP_BARS = (time: string): string =>
  `DELETE FROM fact_kline WHERE close_time = (SELECT max(${time}) FROM bar_prediction)`;

describe('a planted fault', () => {
  it.each<[string, string[], RegExp]>([
    [
      'grain',
      [`INSERT INTO fact_kline SELECT * FROM fact_kline ${AT(50)}`],
      /stands 2 times: symbol_id 1 interval_id 6 close_time \d+/,
    ],
    [
      'grain',
      ['INSERT INTO stage_head SELECT * FROM stage_head WHERE strategy_id IS NULL'],
      /stands 2 times: .*strategy_id NULL/,
    ],
    ['grain', ['INSERT INTO kline_derivation SELECT * FROM kline_derivation LIMIT 1'], /stands 2 times/],
    ['nulls', [`UPDATE ${KLINE} close = NULL ${AT(50)}`], /^close is NULL$/],
    ['nulls', [`UPDATE ${KLINE} volume = NULL ${AT(50)}`], /^volume is NULL$/],
    ['nulls', [`UPDATE bar_prediction SET buy_score = NULL ${LAST}`], /^buy_score is NULL$/],
    [
      'nulls',
      [
        'UPDATE fact_prediction_result SET pnl_pct = NULL WHERE predicting_at = (SELECT min(predicting_at) FROM fact_prediction_result)',
      ],
      /^pnl_pct is NULL$/,
    ],
    [
      'nulls',
      [
        'ALTER TABLE run_task ALTER reason DROP NOT NULL',
        'UPDATE run_task SET reason = NULL WHERE task_id = 1',
      ],
      /^reason is NULL$/,
    ],
    [
      'orphans',
      ['UPDATE kline_reject SET symbol_id = 77 WHERE line = 9'],
      /^symbol_id 77 has no row in dim_symbol \(1 row\)$/,
    ],
    ['orphans', ['DELETE FROM run WHERE run_id = 1'], /^run_id 1 has no row in run \(1 row\)$/],
    [
      'orphans',
      [
        'UPDATE kline_derivation SET source_interval = 99 WHERE close_time = (SELECT min(close_time) FROM kline_derivation)',
      ],
      /^source_interval 99 has no row in dim_interval/,
    ],
    [
      'orphans',
      [
        'UPDATE fact_prediction_result SET decided_by = 99 WHERE predicting_at = (SELECT min(predicting_at) FROM fact_prediction_result)',
      ],
      /^decided_by 99 has no row/,
    ],
    [
      'orphans',
      ['UPDATE bar_prediction SET reason = 3 WHERE reason = 0'],
      /^no tradable prediction stands at predicting_at$/,
    ],
    ['orphans', [DROP_BARS('predicting_at')], /^no kline closes at (predicting_at|close_time)$/],
    ['ranges', [`UPDATE ${KLINE} open = 0, low = 0 ${AT(50)}`], /^a price is not above 0: open 0\.0 high/],
    ['ranges', [`UPDATE ${KLINE} low = high + 1 ${AT(50)}`], /^low is above open or close:/],
    ['ranges', [`UPDATE ${KLINE} high = low / 2 ${AT(50)}`], /^high is below open or close:/],
    ['ranges', [`UPDATE ${KLINE} volume = -1 ${AT(50)}`], /^volume is below 0:.* volume -1/],
    ['ranges', [`UPDATE ${KLINE} quote_volume = -1 ${AT(50)}`], /^volume is below 0:/],
    ['ranges', [`UPDATE ${KLINE} trade_count = 2.5 ${AT(50)}`], /^trade_count is no count:/],
    [
      'ranges',
      [`UPDATE ${KLINE} taker_buy_base = 'NaN'::DOUBLE ${AT(50)}`],
      /^taker_buy_base is no finite number$/,
    ],
    [
      'ranges',
      [`UPDATE ${KLINE} quote_volume = 'Infinity'::DOUBLE ${AT(50)}`],
      /^quote_volume is no finite number$/,
    ],
    [
      'ranges',
      [`UPDATE bar_indicator SET rsi14 = '-Infinity'::DOUBLE ${AT(50)}`],
      /^rsi14 is no finite number$/,
    ],
    ['ranges', [`UPDATE bar_indicator SET rsi14 = 150 ${AT(50)}`], /^rsi14 is not within 0 to 100: 150/],
    ['ranges', [`UPDATE bar_indicator SET willr14 = 1 ${AT(50)}`], /^willr14 is not within -100 to 0: 1/],
    ['ranges', [`UPDATE bar_indicator SET atr14 = -1 ${AT(50)}`], /^atr14 is not within 0 to any: -1/],
    [
      'ranges',
      [`UPDATE ${KLINE} taker_buy_base = volume + 1 ${AT(50)}`],
      /^taker_buy_base is above volume: open/,
    ],
    ['orphans', [`DELETE FROM bar_indicator ${AT(50)}`], /^its indicators are not there$/],
    ['ranges', [`UPDATE bar_prediction SET sell_score = -0.5 ${LAST}`], /^a score is below 0:/],
    ['ranges', [`UPDATE bar_prediction SET action = 2 ${LAST}`], /^action is unknown: action 2/],
    ['ranges', [`UPDATE bar_prediction SET reason = 50 ${LAST}`], /^reason is unknown:.* reason 50/],
    ['ranges', ['UPDATE bar_prediction SET action = 0 WHERE reason = 0'], /^it is tradable and has no side:/],
    [
      'ranges',
      [`UPDATE bar_prediction SET known_mask = 0, fired_mask = 1 ${LAST}`],
      /^a metric fired that is unknown:/,
    ],
    ['ranges', ['UPDATE fact_prediction_result SET exit_price = -1'], /^a price is not above 0:/],
    [
      'ranges',
      ['UPDATE fact_prediction_result SET confirmed_at = predicting_at'],
      /^it is confirmed before its first bar:/,
    ],
    ['ranges', ['UPDATE fact_prediction_result SET min_return_pct = 1'], /^the entry \(0\) is beyond/],
    [
      'ranges',
      ['UPDATE dim_strategy SET max_score_resolved = -1 WHERE strategy_id = 1'],
      /^confidence would be below 0: strategy btc-2h/,
    ],
    [
      'ranges',
      ['UPDATE dim_metric SET metric_weight = 0 WHERE position = 0 AND strategy_id = 1'],
      /^its weight is not above 0:/,
    ],
    [
      'ranges',
      [
        'UPDATE kline_derivation SET bars = 3 WHERE close_time = (SELECT min(close_time) FROM kline_derivation)',
      ],
      /^it was made of more bars than fit:/,
    ],
    [
      'grid',
      [`UPDATE ${KLINE} open_time = open_time + 60000 ${AT(0)}`],
      /^open_time \d+ with close_time \d+ is off the grid$/,
    ],
    [
      'gap_table',
      [
        'DELETE FROM kline_gap WHERE from_time = (SELECT min(from_time) FROM kline_gap WHERE interval_id = 6) AND interval_id = 6',
      ],
      /^bars are missing until \d+ and kline_gap does not say so$/,
    ],
    [
      'gap_table',
      [`INSERT INTO kline_gap VALUES (1, 6, ${openTimes[50]}, ${openTimes[51]}, 1)`],
      /^no such gap is between the bars/,
    ],
    [
      'gap_table',
      ['UPDATE kline_gap SET missing = missing + 1 WHERE from_time = (SELECT min(from_time) FROM kline_gap)'],
      /^it says that \d+ bars are missing/,
    ],
  ])('%s: %j', async (name, faults, detail) => {
    const results = await checksAfter(...faults);
    const found = results.get(name)!;
    expect(found.rows.map((row) => row.detail)).toContainEqual(expect.stringMatching(detail));
    // A bar that is gone is missing too.
    const alsoWrong = /^DELETE FROM fact_kline/.test(faults[0]!) ? ['gap_table'] : [];
    expect(wrong(results).filter((other) => !alsoWrong.includes(other))).toEqual([name]);
  });

  it('a change that nothing has followed is stale, which is no error', async () => {
    const results = await checksAfter(
      `INSERT INTO kline_change SELECT max(seq) + 1, 1, 1, 6, ${market[6]![700]}, ${market[6]![719]}, 0, 20 FROM kline_change`,
    );
    expect(wrong(results)).toEqual([]);
    const { found, rows } = results.get('stale')!;
    expect(found).toBeGreaterThanOrEqual(3);
    expect(rows.map((row) => [row.table_name, row.interval, row.detail])).toEqual(
      expect.arrayContaining([
        ['fact_kline', '2h', 'waits for klinemill resample --from 1h: revised bars'],
        ['fact_indicator', '1h', 'waits for klinemill recompute: changed bars'],
      ]),
    );
  });
});

it('returns as many rows as were asked for, and counts all', async () => {
  const { found, rows } = (await checksAfter('UPDATE fact_kline SET volume = -1')).get('ranges')!;
  expect([found > 700, rows.length]).toEqual([true, 5]);
});

it('a derived bar is as SPEC 2 says where odd bars without volume move its close out of its range', async () => {
  const warehouse = await newWarehouse(folder.path, 'odd');
  const odd = walkColumns({ seed: 4, rows: 100, durationMs: HOUR, gaps: 0 });
  // The second hour of a 2h bucket: nothing was traded, at another price.
  for (const c of [1, 2, 3, 4]) odd[c]![51] = 2 * odd[2]![50]!;
  for (const c of [5, 7, 8, 9, 10]) odd[c]![51] = 0;
  const session = await warehouse.begin();
  await session.appendKlines(BTC, klineBatch(odd, 0, 100));
  const [fromTime, toTime] = [odd[6]![0]!, odd[6]![99]!];
  const runId = await warehouse.startRun('load', 'test', 0);
  await session.recordKlineChange({ ...BTC, runId, fromTime, toTime, added: 100, revised: 0 });
  await session.commit();
  await resample(warehouse, { from: '1h', to: ['2h'] });
  await recompute(warehouse, { threads: 0 });
  const derived = `SELECT high, close FROM v_kline WHERE "interval" = '2h' AND close_time = ${odd[6]![51]}`;
  expect((await warehouse.query(derived)).rows).toEqual([[odd[2]![50], odd[4]![51]]]);
  const results = await check(warehouse, { maxRows: 5 });
  expect(results.filter(({ level, found }) => level === 'error' && found > 0)).toEqual([]);
  await warehouse.close();
});
