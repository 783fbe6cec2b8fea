import { describe, expect, it } from 'vitest';
import { DIRECTIONS, newColumn, newRows, TRUE, UNKNOWN } from '../../kernels/index.js';
import { naiveCondition } from '../../test/reference/conditions.js';
import { bindMetrics, operandsOf } from './bind.js';
import type { CompiledMetric } from './compile.js';

const DURATION = 60_000;
const ROWS = 64;
const HISTORY = 8;
const BLOCK = 8;

const metric = (
  position: number,
  change: Partial<CompiledMetric> & Pick<CompiledMetric, 'direction'>,
): CompiledMetric => ({
  position,
  indicator: 'EMA9',
  reference: 'EMA21',
  start: 0,
  end: 0,
  window: 2,
  ...change,
});

/** Every direction over one difference with a window of its own. */
const everyDirection = DIRECTIONS.map((direction, i) => metric(i, { direction, window: 1 + ((3 * i) % 7) }));

/** Walks that meet each other often, with unknown values; no two columns alike. */
function series(): Map<string, number[]> {
  const value = (t: number, k: number) => ((t * t * (k + 3) + 7 * k * t) % 11) - 5;
  const columns = ['EMA9', 'EMA21', 'CLOSE'].map((name, k): [string, number[]] => [
    name,
    Array.from({ length: ROWS }, (_, t) => (t < 3 * k ? Number.NaN : value(t, k))),
  ]);
  return new Map(columns);
}

describe('bindMetrics', () => {
  it('gives the naive truth of every metric where rows move up between blocks, as the pipeline moves them', () => {
    const data = series();
    const columns = new Map([...data.keys()].map((name) => [name, newColumn(HISTORY + BLOCK)]));
    const streak = newRows(Int32Array, HISTORY + BLOCK);
    const { truth, run } = bindMetrics(everyDirection, (name) => columns.get(name)!, streak);
    const closeTime = Array.from({ length: ROWS }, (_, t) => t * DURATION);
    let compared = 0;
    for (let first = 0; first < ROWS; first += BLOCK) {
      for (const [name, values] of columns) {
        values.copyWithin(0, BLOCK);
        values.set(data.get(name)!.slice(first, first + BLOCK), HISTORY);
      }
      streak.copyWithin(0, BLOCK);
      for (let i = 0; i < BLOCK; i++) streak[HISTORY + i] = first + i;
      run(HISTORY, HISTORY + BLOCK);
      for (const [m, asked] of everyDirection.entries()) {
        const { left, right } = operandsOf(asked);
        const y = data.get(left)!.map((value, t) => (right === null ? value : value - data.get(right)![t]!));
        const { direction, start, end, window } = asked;
        for (let t = first; t < first + BLOCK; t++) {
          const found = truth[m]![HISTORY + t - first]!;
          const expected = naiveCondition(
            direction,
            { y, closeTime, durationMs: DURATION },
            t,
            start,
            end,
            window,
          );
          expect([direction, t, found === UNKNOWN ? null : found === TRUE]).toEqual([direction, t, expected]);
          compared++;
        }
      }
    }
    expect(compared).toBe(DIRECTIONS.length * ROWS);
  });

  it('asks each question once: metrics have one column where all that makes their truth is the same, and only there', () => {
    const asked = metric(0, { direction: 'EXPAND', start: 1.1, window: 10 });
    const others: Partial<CompiledMetric>[] = [
      { start: 1.2 },
      { end: 1 },
      { window: 9 },
      { direction: 'CONTRACT' },
      { indicator: 'CLOSE' },
      { reference: null },
      { reference: 'CLOSE' },
    ];
    const metrics = [asked, { ...asked, position: 9 }, ...others.map((other) => ({ ...asked, ...other }))];
    const { truth } = bindMetrics(metrics, () => newColumn(4), newRows(Int32Array, 4));
    expect(truth[1]).toBe(truth[0]);
    expect(new Set(truth).size).toBe(metrics.length - 1);
  });
});
