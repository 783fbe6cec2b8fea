import { expect, it } from 'vitest';
import { binsOf } from './charts/histogram.js';
import { rowAt, rowFrom } from './data/bars.js';
import { closeTime, duration, fixed, percent, share, UNKNOWN } from './format.js';
import { hashOf, parseHash } from './url.js';

// Expected values by hand.

it('unknown is a dash, never 0; minus zero has no sign', () => {
  expect([fixed(null), share(null), percent(undefined), closeTime(null), duration(null)]).toEqual(
    Array(5).fill(UNKNOWN),
  );
  expect([fixed(-0.001), fixed(12345.678), share(0.4512), percent(0.25)]).toEqual([
    '0.00',
    '12,345.68',
    '45.1%',
    '+0.250%',
  ]);
});

it('a bar is told by the moment it ends; durations have two units', () => {
  expect(closeTime(Date.UTC(2024, 2, 5, 12) - 1)).toBe('2024-03-05 12:00');
  expect([duration(90_061_000), duration(7_200_000), duration(12), duration(1_032 * 86_400_000 + 1)]).toEqual(
    ['1 d 1 h', '2 h', '< 1 s', '1,032 d'],
  );
});

it('a view and its URL are the same, empty filters left out', () => {
  const filters = { strategy: 'a@1', signal: 'a@1:BTCUSDT:1h:1' };
  expect(parseHash(hashOf('symbol', { ...filters, side: '', to: undefined }))).toEqual({
    page: 'symbol',
    filters,
  });
  expect([hashOf('overview', {}), parseHash('').page, parseHash('#/data').page]).toEqual([
    '#/',
    'overview',
    'data',
  ]);
});

it('bins lose no value and lie on round edges', () => {
  const bins = binsOf([-1, -0.99, 0, 0.5, 1], 10);
  expect(bins.width).toBe(0.2);
  expect(bins.counts.reduce((a, b) => a + b)).toBe(5);
  expect(bins.x[0]).toBeCloseTo(-0.9, 12);
  expect([binsOf([], 10).counts, binsOf([3, 3], 10).counts]).toEqual([[], [2]]);
});

it('rows are found by close time', () => {
  const closes = Float64Array.of(10, 20, 40);
  const bars = { closeTime: closes } as Parameters<typeof rowAt>[0];
  expect([10, 30, 40, 50].map((at) => rowAt(bars, at))).toEqual([0, -1, 2, -1]);
  expect([5, 11, 40, 41].map((at) => rowFrom(bars, at))).toEqual([0, 1, 2, 3]);
});
