import { describe, expect, it } from 'vitest';
import { fitLine } from './fit.js';

const SIZES = [50_000, 100_000, 200_000, 400_000, 800_000];
const of = (time: (n: number) => number) => fitLine(SIZES.map((n) => ({ n, time: time(n) })));

// Expected values: the law that made the times.
describe('fitLine', () => {
  it('finds a line again', () => {
    const { a, b, worstDeviation, exponent } = of((n) => 300 + 0.004 * n);
    expect(a).toBeCloseTo(300, 6);
    expect(b).toBeCloseTo(0.004, 12);
    expect(worstDeviation).toBeLessThan(1e-12);
    expect(exponent).toBeCloseTo(1, 9);
  });

  it('gives a power without a fixed cost its exponent: a is not let below 0', () => {
    const { a, exponent, worstDeviation } = of((n) => 1e-3 * n ** 1.2);
    expect(a).toBe(0);
    expect(exponent).toBeCloseTo(1.2, 9);
    expect(worstDeviation).toBeGreaterThan(0.2);
  });

  it('is red for a quadratic part that is a third of the last time', () => {
    const { worstDeviation } = of((n) => 300 + 0.004 * n + 0.002 * n * (n / 800_000));
    expect(worstDeviation).toBeGreaterThan(0.05);
  });

  it('says how far one time is off the line of the others', () => {
    const points = SIZES.map((n) => ({ n, time: 200 + 0.01 * n }));
    points[2] = { n: 200_000, time: 1.2 * 2200 };
    const { worstDeviation } = fitLine(points);
    // The line moves towards it: less than the 20 % / 1.2 that it lies above its own.
    expect(worstDeviation).toBeGreaterThan(0.08);
    expect(worstDeviation).toBeLessThan(0.2);
  });

  it('minimises the sum of squared relative deviations (naive search around it)', () => {
    const points = [
      { n: 1, time: 13 },
      { n: 4, time: 19 },
      { n: 16, time: 61 },
      { n: 64, time: 199 },
    ];
    const { a, b } = fitLine(points);
    const cost = (da: number, db: number): number =>
      points.reduce((sum, { n, time }) => sum + ((a + da + (b + db) * n - time) / time) ** 2, 0);
    for (const da of [-0.1, 0, 0.1])
      for (const db of [-0.01, 0, 0.01])
        if (da !== 0 || db !== 0) expect(cost(da, db)).toBeGreaterThan(cost(0, 0));
  });
});
