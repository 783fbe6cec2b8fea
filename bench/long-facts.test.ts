import { describe, expect, it } from 'vitest';
import { longIndicators } from './long-facts.js';

const times = Float64Array.of(10, 20, 30, 40);

describe('longIndicators', () => {
  it('leaves unknown values out, at the start and in between, each value with its time', () => {
    const columns = new Map([
      ['RSI14', Float64Array.of(Number.NaN, 1, 2, 3)],
      ['BB_PCT_B20', Float64Array.of(Number.NaN, 4, Number.NaN, 5)],
      ['OBV', Float64Array.of(Number.NaN, Number.NaN, Number.NaN, Number.NaN)],
    ]);
    const rows = longIndicators(times, columns, [1, 6]).map(({ ids, times: at, values }) => [
      ids,
      [...at],
      [...values],
    ]);
    // Numbers of the codes: kernels/catalog.ts, permanent.
    expect(rows).toEqual([
      [
        [1, 6, 11],
        [20n, 30n, 40n],
        [1, 2, 3],
      ],
      [
        [1, 6, 24],
        [20n, 40n],
        [4, 5],
      ],
      [[1, 6, 33], [], []],
    ]);
  });
});
