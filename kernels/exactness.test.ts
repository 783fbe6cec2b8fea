import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TWINS } from '../test/reference/indicators.js';
import { CATALOG, CODES } from './catalog.js';
import { KLINE_INPUTS, type KlineInput } from './catalog-row.js';
import { bindProgram, compileProgram, runProgram } from './program.js';

type Klines = Record<KlineInput, number[]>;
const program = compileProgram(CATALOG);

function run(klines: Klines): (code: string) => Float64Array {
  const rows = klines.CLOSE.length;
  const columns = program.columnNames.map((name, i) =>
    i < KLINE_INPUTS.length ? Float64Array.from(klines[name as KlineInput]) : new Float64Array(rows),
  );
  runProgram(bindProgram(program, columns, new Float64Array(program.stateSize)), 0, rows);
  return (code) => columns[program.columnIndex.get(code)!];
}

/** Bars of 15 minutes that stand at `close[t]`, high = low = close. */
function standing(close: number[], volume: number[]): Klines {
  const openTime = close.map((_, t) => 1_704_067_200_000 + t * 900_000);
  return {
    OPEN: close,
    HIGH: close,
    LOW: close,
    CLOSE: close,
    VOLUME: volume,
    OPEN_TIME: openTime,
    CLOSE_TIME: openTime.map((t) => t + 899_999),
    TAKER_BUY_BASE: volume,
  };
}

/** SPEC 3: "a window of equal values has exactly that mean and exactly zero deviation, of zeros sums to 0". */
describe('exact values', () => {
  // 0.1 and its like: sums of n of them are not n times them in float64.
  const price = 0.1;
  const noisy = Array.from({ length: 57 }, (_, t) => 0.3 + 0.01 * Math.sin(t) + (t === 40 ? 1e15 : 0));
  const still = new Array<number>(260).fill(price);
  const values = run(standing([...noisy, ...still], [...noisy.map((v) => v * 1e9), ...still.map(() => 0)]));
  const from = noisy.length;

  it.each([
    ['SMA20', 19, price],
    ['SMA50', 49, price],
    ['SMA200', 199, price],
    ['BB_UPPER20', 19, price],
    ['BB_MIDDLE20', 19, price],
    ['BB_LOWER20', 19, price],
    ['BB_WIDTH20', 19, 0],
    ['BB_PCT_B20', 19, Number.NaN],
    ['CCI20', 19, 0],
    ['RVOL20', 20, 0],
    ['ROC10', 10, 0],
    ['MOM10', 10, 0],
    ['WILLR14', 13, -50],
    ['STOCH_K14', 15, 50],
    ['STOCH_D14', 17, 50],
    ['MFI14', 13, 50],
    ['CMF20', 19, Number.NaN],
    ['VOL_SMA20', 19, 0],
    ['VOL_RATIO20', 19, Number.NaN],
    ['TAKER_RATIO', 0, Number.NaN],
    ['DONCHIAN_UPPER20', 19, price],
    ['DONCHIAN_LOWER20', 19, price],
  ])('%s, from %i rows after a spike into a standing market without volume: %f', (code, rows, expected) => {
    const tail = values(code).subarray(from + rows);
    expect(tail.length).toBeGreaterThan(0);
    expect([...new Set(tail)]).toEqual([expected]);
  });

  const flat = run(standing(still, still));
  it.each([
    ['EMA9', price],
    ['EMA200', price],
    ['RSI14', 50],
    ['MACD', 0],
    ['MACD_SIGNAL', 0],
    ['MACD_HIST', 0],
    ['ADX14', 0],
    ['PLUS_DI14', 0],
    ['MINUS_DI14', 0],
    ['ATR14', 0],
    ['STOCH_RSI14', 50],
    ['OBV', price],
    ['PSAR', price],
    ['SUPERTREND', price],
    ['SUPERTREND_DIR', -1],
  ])('%s of a market that never moved: %f', (code, expected) => {
    expect([...new Set(flat(code).filter((v) => !Number.isNaN(v)))]).toEqual([expected]);
  });

  it('ATR14 of bars of one size is that size', () => {
    const klines = standing(still, still);
    const atr = run({ ...klines, HIGH: still.map((v) => v + 0.7), LOW: still })('ATR14');
    expect([...new Set(atr.subarray(14))]).toEqual([price + 0.7 - price]);
  });
});

const file = new URL('../../shared/klines/BTCUSDT-1w-20170814-20260420.csv.gz', import.meta.url);
describe.skipIf(!existsSync(file))('real weekly bars (skipped where ../shared/klines is absent)', () => {
  it('equal the naive twins', () => {
    const rows = gunzipSync(readFileSync(file))
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.split(',').map(Number))
      .filter((row) => !Number.isNaN(row[1]));
    const column = (i: number) => rows.map((row) => row[i]);
    const [openTime, open, high, low, close, volume, closeTime, takerBuyBase] = [0, 1, 2, 3, 4, 5, 6, 9].map(
      column,
    );
    const values = run({
      OPEN: open,
      HIGH: high,
      LOW: low,
      CLOSE: close,
      VOLUME: volume,
      OPEN_TIME: openTime,
      CLOSE_TIME: closeTime,
      TAKER_BUY_BASE: takerBuyBase,
    });
    expect(rows.length).toBeGreaterThan(400);
    for (const code of CODES) {
      const twin = TWINS[code]({ open, high, low, close, volume, openTime, closeTime, takerBuyBase });
      const actual = values(code);
      for (let t = 0; t < rows.length; t++) {
        if (Number.isNaN(actual[t]) && Number.isNaN(twin[t])) continue;
        // Tighter than SPEC 3's: the closes are far above 1, and none of these series is ill-conditioned here.
        const size = Math.max(Math.abs(actual[t]), Math.abs(twin[t]), 1);
        if (!(Math.abs(actual[t] - twin[t]) <= 1e-9 * size))
          expect.fail(`${code}, row ${t}: ${actual[t]}, ${twin[t]}`);
      }
    }
  });
});

describe('negative zero', () => {
  it('is not what CCI20 says of a bar that stands exactly at the mean of a window that moved', () => {
    // 18 bars at 99 and 101 in turn, then 100 and 100: the mean is 100 by hand, the mean deviation is not 0.
    const close = [...Array.from({ length: 18 }, (_, t) => (t % 2 === 0 ? 99 : 101)), 100, 100];
    const cci = run(
      standing(
        close,
        close.map(() => 1),
      ),
    )('CCI20');
    expect(Object.is(cci[19], 0), `${cci[19]}`).toBe(true);
  });
});
