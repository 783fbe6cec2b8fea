import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naiveCondition } from '../../test/reference/conditions.js';
import { newColumn, newRows } from '../wasm/columns.js';
import { CONDITIONS } from './catalog.js';
import { DIRECTIONS, type Direction, FALSE, TRUE, UNKNOWN } from './condition.js';

const DURATION = 60_000;
const _ = Number.NaN;

/** Rows that directly follow each other before each row, from close times. */
function streakOf(closeTime: readonly number[]): Int32Array {
  const streak = new Int32Array(closeTime.length);
  for (let t = 1; t < closeTime.length; t++)
    streak[t] = closeTime[t]! - closeTime[t - 1]! === DURATION ? streak[t - 1]! + 1 : 0;
  return streak;
}

const noGaps = (length: number): number[] => Array.from({ length }, (__, i) => i * DURATION);

function evaluate(
  direction: Direction,
  y: readonly number[],
  { start = 0, end = 0, window = 1, closeTime = noGaps(y.length) } = {},
): string {
  const out = new Uint8Array(y.length).fill(9);
  const params = { start, end, window };
  CONDITIONS.get(direction)!.bind(Float64Array.from(y), streakOf(closeTime), params, out)(0, y.length);
  return Array.from(out, (value) => ({ [TRUE]: '1', [FALSE]: '0', [UNKNOWN]: '?' })[value]).join('');
}

describe('conditions by hand from the table of SPEC 4', () => {
  it('ABOVE is strict, AT_LEAST is not', () => {
    expect(evaluate('ABOVE', [1, 2, 3, _], { start: 2 })).toBe('001?');
    expect(evaluate('AT_LEAST', [1, 2, 3, _], { start: 2 })).toBe('011?');
  });
  it('BELOW is strict, AT_MOST is not', () => {
    expect(evaluate('BELOW', [1, 2, 3, _], { end: 2 })).toBe('100?');
    expect(evaluate('AT_MOST', [1, 2, 3, _], { end: 2 })).toBe('110?');
  });
  it('BETWEEN includes both ends and OUTSIDE is its negation', () => {
    expect(evaluate('BETWEEN', [1, 2, 3, 4, 5, _], { start: 2, end: 4 })).toBe('01110?');
    expect(evaluate('OUTSIDE', [1, 2, 3, 4, 5, _], { start: 2, end: 4 })).toBe('10001?');
  });
  it('comparisons with constants look at one row: windows and gaps are nothing to them', () => {
    expect(evaluate('ABOVE', [3, 3], { start: 2, window: 5, closeTime: [0, 9 * DURATION] })).toBe('11');
  });
  it('TREND looks at the two ends of the window only', () => {
    expect(evaluate('TREND_UP', [1, _, 2, 0, 2], { window: 2 })).toBe('??1?0');
    expect(evaluate('TREND_DOWN', [2, _, 1, 0, 1], { window: 2 })).toBe('??1?0');
  });
  it('RISING and FALLING need every step, strictly', () => {
    expect(evaluate('RISING', [1, 2, 3, 3, 4, 5, _, 6, 7, 8], { window: 2 })).toBe('??1001???1');
    expect(evaluate('FALLING', [8, 7, 6, 6, 5, 4, _, 3, 2, 1], { window: 2 })).toBe('??1001???1');
  });
  it('CROSS holds for the whole window after the crossing; touching the level is on the far side', () => {
    expect(evaluate('CROSS_UP', [0, 1, 0, 0, 0, 0], { window: 2 })).toBe('??1000');
    expect(evaluate('CROSS_UP', [-1, -1, -1, 1, 1, 1], { window: 2 })).toBe('??0110');
    expect(evaluate('CROSS_UP', [30, 31], { start: 30 })).toBe('?1');
    expect(evaluate('CROSS_DOWN', [0, -1, -1, -1], { window: 2 })).toBe('??10');
    expect(evaluate('CROSS_DOWN', [70, 69, 70, 69], { end: 70 })).toBe('?101');
    expect(evaluate('CROSS_DOWN', [1, _, -1, -1, -1], { window: 1 })).toBe('???00');
  });
  it('REJECT and RECLAIM look one bar back whatever the window', () => {
    expect(evaluate('REJECT', [1, 0, -1, -2], { window: 3 })).toBe('?010');
    expect(evaluate('RECLAIM', [-1, 0, 1, 2], { window: 3 })).toBe('?010');
  });
  it('EXPAND and CONTRACT compare with the mean of the window before t', () => {
    expect(evaluate('EXPAND', [1, 3, 4, 4, 9], { start: 2, window: 2 })).toBe('??001');
    expect(evaluate('EXPAND', [1, 3, 4.5], { start: 2, window: 2 })).toBe('??1');
    expect(evaluate('CONTRACT', [4, 2, 1, 1], { end: 0.5, window: 2 })).toBe('??10');
  });
  it('the mean of equal values is the value: 0.1 + 0.1 + 0.1 over 3 is not, as a plain sum', () => {
    expect((0.1 + 0.1 + 0.1) / 3).toBeGreaterThan(0.1);
    expect(evaluate('CONTRACT', [0.1, 0.1, 0.1, 0.1], { end: 1, window: 3 })).toBe('???0');
    expect(evaluate('EXPAND', [0.1, 0.1, 0.1, 0.1], { start: 1, window: 3 })).toBe('???0');
  });
  it('a gap inside the window makes it unknown, until the window has passed it', () => {
    const closeTime = [0, 1, 2, 5, 6, 7].map((bar) => bar * DURATION);
    expect(evaluate('TREND_UP', [1, 2, 3, 4, 5, 6], { window: 2, closeTime })).toBe('??1??1');
    expect(evaluate('RISING', [1, 2, 3, 4, 5, 6], { window: 1, closeTime })).toBe('?11?11');
  });
});

/** Few distinct values, so that equal neighbours, touches and crossings are common. */
const series = fc
  .array(
    fc.record({
      value: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: -3, max: 3 }).map((value) => value / 10) },
        { weight: 1, arbitrary: fc.constant(Number.NaN) },
      ),
      skip: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows) => {
    let time = 0;
    return {
      y: rows.map((row) => row.value),
      closeTime: rows.map((row) => (time += DURATION * (1 + row.skip))),
    };
  });
const level = fc.integer({ min: -3, max: 3 }).map((value) => value / 10);
const cuts = fc.array(fc.nat(40), { maxLength: 8 });

describe.each(DIRECTIONS)('%s', (direction) => {
  const condition = CONDITIONS.get(direction)!;

  it('equals the naive twin', () => {
    fc.assert(
      fc.property(series, level, level, fc.integer({ min: 1, max: 6 }), ({ y, closeTime }, a, b, window) => {
        const expected = y
          .map((__, t) => naiveCondition(direction, { y, closeTime, durationMs: DURATION }, t, a, b, window))
          .map((value) => (value === null ? '?' : value ? '1' : '0'))
          .join('');
        expect(evaluate(direction, y, { start: a, end: b, window, closeTime })).toBe(expected);
      }),
      { numRuns: 400 },
    );
  });

  it('gives the same in any chunks, each in a buffer with no more than `span` rows before it', () => {
    fc.assert(
      fc.property(
        series,
        level,
        level,
        fc.integer({ min: 1, max: 6 }),
        cuts,
        ({ y, closeTime }, start, end, window, at) => {
          const params = { start, end, window };
          const whole = new Uint8Array(y.length);
          const streak = streakOf(closeTime);
          condition.bind(Float64Array.from(y), streak, params, whole)(0, y.length);
          const edges = [...new Set([0, ...at.filter((cut) => cut < y.length), y.length])].sort(
            (p, q) => p - q,
          );
          const chunked: number[] = [];
          for (let i = 1; i < edges.length; i++) {
            const from = Math.max(0, edges[i - 1]! - condition.span(window));
            const rows = edges[i]! - from;
            const out = new Uint8Array(rows);
            // Rows behind the chunk are poisoned: the leakage test.
            const column = Float64Array.from([...y.slice(from, edges[i]), _, _, _]);
            const streaks = Int32Array.from([...streak.subarray(from, edges[i]), 99, 99, 99]);
            condition.bind(column, streaks, params, out)(edges[i - 1]! - from, rows);
            chunked.push(...out.subarray(edges[i - 1]! - from));
          }
          expect(chunked).toEqual([...whole]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([1, 7, 40, 1100])('window %i: the same over more rows than are handed over at a time', (window) => {
    const rows = 2_600;
    let time = 0;
    // Rare gaps and unknown rows, so that long windows are whole in between; runs of equal and of rising rows.
    const closeTime = Array.from({ length: rows }, (__, t) => (time += DURATION * (t === 1_200 ? 3 : 1)));
    const y = Array.from({ length: rows }, (__, t) => {
      if (t % 1_250 === 1_249) return Number.NaN;
      return t % 90 < 50 ? Math.sin(t * t) : t % 90 < 70 ? t / 5_000 : 0.1;
    });
    const params = { start: 0.05, end: 0.06, window };
    const streak = streakOf(closeTime);
    const out = new Uint8Array(rows);
    condition.bind(Float64Array.from(y), streak, params, out)(0, rows);
    // In the memory of the module: nothing is copied.
    const placed = newColumn(rows);
    placed.set(y);
    const placedStreak = newRows(Int32Array, rows);
    placedStreak.set(streak);
    const placedOut = newRows(Uint8Array, rows + 20).fill(9);
    const run = condition.bind(placed, placedStreak, params, placedOut);
    run(0, 1_500);
    run(1_500, rows);
    expect([...placedOut]).toEqual([...out, ...new Array(20).fill(9)]);
    const column = { y, closeTime, durationMs: DURATION };
    for (let t = 0; t < rows; t += 7) {
      const expected = naiveCondition(direction, column, t, params.start, params.end, window);
      expect([t, out[t]]).toEqual([t, expected === null ? UNKNOWN : expected ? TRUE : FALSE]);
    }
  });

  it('is described as data', () => {
    expect(condition.direction).toBe(direction);
    expect(['compare', 'trend', 'cross', 'expansion']).toContain(condition.family);
    expect(condition.version).toBeGreaterThanOrEqual(1);
  });
});

it('the catalog holds every direction in order', () => {
  expect([...CONDITIONS.keys()]).toEqual([...DIRECTIONS]);
});
