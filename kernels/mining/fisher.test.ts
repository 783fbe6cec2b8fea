import { describe, expect, it } from 'vitest';
import { benjaminiHochberg, fisherGreater } from './fisher.js';

/** The hypergeometric upper tail in whole numbers. */
function exactTail(hits: number, drawn: number, marked: number, total: number): number {
  const choose = (n: number, k: number): bigint => {
    if (k < 0 || k > n) return 0n;
    let product = 1n;
    for (let i = 1n; i <= BigInt(k); i++) product = (product * (BigInt(n) - BigInt(k) + i)) / i;
    return product;
  };
  let sum = 0n;
  for (let k = hits; k <= Math.min(drawn, marked); k++)
    sum += choose(marked, k) * choose(total - marked, drawn - k);
  const scale = 10n ** 40n;
  return Number((sum * scale) / choose(total, drawn)) / 1e40;
}

describe('fisherGreater', () => {
  it("is Fisher's for the lady tasting tea", () => {
    // R. A. Fisher, The Design of Experiments (1935): 8 cups, 4 of each kind.
    expect(fisherGreater(4, 4, 4, 8)).toBeCloseTo(1 / 70, 15);
    expect(fisherGreater(3, 4, 4, 8)).toBeCloseTo(17 / 70, 15);
    expect(fisherGreater(0, 4, 4, 8)).toBe(1);
  });

  it('equals whole-number arithmetic in both tails', () => {
    for (const [drawn, marked, total] of [
      [30, 40, 100],
      [7, 93, 100],
      [200, 300, 700],
      [90, 30, 1_500],
    ] as const)
      for (let hits = 0; hits <= Math.min(drawn, marked); hits += Math.ceil(drawn / 20)) {
        const expected = exactTail(hits, drawn, marked, total);
        const found = fisherGreater(hits, drawn, marked, total);
        if (expected > 1e-25) expect(Math.abs(found - expected) / expected).toBeLessThan(1e-10);
        else expect(found).toBeLessThan(1e-24);
      }
  });
});

describe('benjaminiHochberg', () => {
  it('takes the four that the paper takes', () => {
    // Benjamini, Hochberg (1995), section 3.2: 15 p values, q* = 0.05.
    const p = [
      ...[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344],
      ...[0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1.0],
    ];
    const q = benjaminiHochberg(Float64Array.from(p));
    expect([...q].filter((value) => value <= 0.05)).toHaveLength(4);
    expect(q[3]).toBeCloseTo((0.0095 * 15) / 4, 15);
    // 0.0201 * 15 / 5 = 0.0603, 0.0278 * 15 / 6 = 0.0695: larger ones of lower rank are cut to what follows.
    expect(q[4]).toBeCloseTo(0.0603, 15);
    expect(q[14]).toBe(1);
    const [a, b] = benjaminiHochberg(Float64Array.of(0.04, 0.05));
    expect([a, b]).toEqual([0.05, 0.05]);
  });
});
