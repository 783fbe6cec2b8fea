import { describe, expect, it } from 'vitest';
import { donchian } from '../indicators/donchian.js';
import { newColumn } from './columns.js';

const ROWS = 700;

function random(seed: number): () => number {
  let x = seed >>> 0;
  return () => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return x / 2 ** 32;
  };
}

type Bars = { readonly highs: Float64Array; readonly lows: Float64Array };

/** Bars around a level that `next` moves. */
function bars(next: (level: number, t: number, draw: () => number) => number): Bars {
  const draw = random(11);
  const highs = new Float64Array(ROWS);
  const lows = new Float64Array(ROWS);
  let level = 100;
  for (let t = 0; t < ROWS; t++) {
    level = next(level, t, draw);
    highs[t] = level * (1 + 0.003 * draw());
    lows[t] = level * (1 - 0.003 * draw());
  }
  return { highs, lows };
}

const walk = bars((level, _, draw) => level * (1 + 0.01 * (draw() - 0.5)));
const SHAPES: Record<string, Bars> = {
  walk,
  // A walk in steps of a few units of its last place, where a rounded difference would show.
  'tiny steps': bars((level, _, draw) => level + (Math.floor(draw() * 7) - 3) * 2 ** -45),
  'jumps around a factor of 2': bars((_, t, draw) =>
    t % 9 === 0 ? 0.98 + 0.04 * draw() : 0.5 + 0.02 * draw(),
  ),
  'spikes and crashes': bars((_, t, draw) => (t % 53 === 0 ? 1e15 : t % 71 === 0 ? 1e-9 : 0.1 + draw())),
  'equal rows': { highs: new Float64Array(ROWS).fill(0.1), lows: new Float64Array(ROWS).fill(0.1) },
  zeros: { highs: new Float64Array(ROWS), lows: new Float64Array(ROWS) },
  'highs below lows': { highs: walk.lows, lows: walk.highs },
  'columns that have nothing to do with each other': {
    highs: Float64Array.from(walk.highs, (v, t) => (t % 3 === 0 ? v / 7.3 : v)),
    lows: walk.lows,
  },
};

/** The extremes of a window, row by row. */
function naive({ highs, lows }: Bars, period: number, i: number): [number, number] {
  const first = Math.max(0, i - period + 1);
  return [Math.max(...highs.subarray(first, i + 1)), Math.min(...lows.subarray(first, i + 1))];
}

const inputs = [newColumn(ROWS), newColumn(ROWS)];
const outputs = [newColumn(ROWS), newColumn(ROWS)];
const state = newColumn(donchian.stateSize({}));

describe.each(Object.keys(SHAPES))('rolling range, %s', (name) => {
  const shape = SHAPES[name]!;

  it.each([1, 2, 3, 14, 20, 255, 256, 257, 300])('period %i, in chunks: the very extremes', (period) => {
    inputs[0].set(shape.highs);
    inputs[1].set(shape.lows);
    const expected = Array.from({ length: ROWS }, (_, i) => naive(shape, period, i));
    for (const step of [1, 17, 40, 333, ROWS]) {
      state.fill(0);
      for (let start = 0; start < ROWS; start += step)
        donchian.run(inputs, { period }, state, outputs, start, Math.min(ROWS, start + step));
      const wrong = expected.findIndex(
        ([top, bottom], i) =>
          i >= period - 1 && (!Object.is(outputs[0][i], top) || !Object.is(outputs[1][i], bottom)),
      );
      expect(wrong, `step ${step}: the first row that is off`).toBe(-1);
    }
  });
});
