import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { CODES } from '../kernels/index.js';
import { SQL_WINDOWS, windowQuery } from './sql-windows.js';

const MINUTES_15 = 900_000;

/** Closes 1, 2, ... 30 with high and low one beyond and volume 2, but for the last bar, which falls to 10; by the row, from 0. */
async function columns(code: string): Promise<readonly (number | null)[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE klines AS SELECT t * ${MINUTES_15} AS open_time, c AS open, c + 1 AS high, c - 1 AS low,
    c AS close, 2.0 AS volume FROM (SELECT t, CASE WHEN t = 29 THEN 10.0 ELSE t + 1.0 END AS c FROM range(30) rows(t))`);
  const window = SQL_WINDOWS.find(({ codes }) => code in codes)!;
  const found = (await connection.runAndReadAll(windowQuery(window))).getColumnsObject()[code]!;
  connection.closeSync();
  instance.closeSync();
  return found as (number | null)[];
}

describe('SQL_WINDOWS', () => {
  it('has codes of the catalog, each once', () => {
    const codes = SQL_WINDOWS.flatMap((window) => Object.keys(window.codes));
    expect(codes.filter((code) => !CODES.includes(code))).toEqual([]);
    expect(new Set(codes).size).toBe(codes.length);
  });

  // By hand.
  it.each([
    ['SMA20', 19, 10.5],
    ['SMA20', 20, 11.5],
    ['BB_UPPER20', 19, 10.5 + 2 * Math.sqrt((20 ** 2 - 1) / 12)],
    ['DONCHIAN_UPPER20', 19, 21],
    ['DONCHIAN_LOWER20', 20, 1],
    ['WILLR14', 13, (-100 * 1) / 15],
    // 100 * (14 - 0) / 15 for every rising bar.
    ['STOCH_K14', 17, (100 * 14) / 15],
    ['STOCH_D14', 19, (100 * 14) / 15],
    ['ROC10', 10, 1000],
    ['MOM10', 29, -10],
    ['MFI14', 28, 100],
    // Rises at 17 to 29 flow 2 * their price; the fall flows 2 * 10.
    ['MFI14', 29, (100 * 299) / 309],
    ['OBV', 28, 58],
    ['OBV', 29, 56],
    ['CMF20', 25, 0],
    ['VWAP_D', 3, 2.5],
    ['VOL_SMA20', 25, 2],
    ['VOL_RATIO20', 25, 1],
  ] as const)('%s at row %i is %d', async (code, row, value) => {
    expect((await columns(code))[row]).toBeCloseTo(value, 9);
  });
});
