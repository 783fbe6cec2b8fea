import { expect, it } from 'vitest';
import { duration, fixed, percent, time, whole } from './format.js';
import { table } from './table.js';

it('aligns text left and numbers right, unknown as -', () => {
  const text = table(
    [{ head: 'symbol', left: true }, { head: 'bars' }, { head: 'why', left: true }],
    [
      ['BTCUSDT', '1,000', 'new bars'],
      ['É', null, ''],
    ],
  );
  expect(text).toBe(['symbol    bars  why', 'BTCUSDT  1,000  new bars', 'É            -'].join('\n'));
});

it('rounds for display and shows unknown as null', () => {
  expect(whole(1_234_567)).toBe('1,234,567');
  expect(fixed(1.005, 1)).toBe('1.0');
  expect(percent(0.256)).toBe('25.6%');
  expect(time(Date.UTC(2024, 0, 31, 12, 30))).toBe('2024-01-31 12:30');
  expect(time(Date.UTC(2024, 0, 31, 12, 30, 5))).toBe('2024-01-31 12:30:05');
  for (const show of [whole, (x: number | null) => fixed(x, 1), percent, time]) {
    expect(show(null)).toBeNull();
    expect(show(Number.NaN)).toBeNull();
  }
});

it('shows durations in the unit that fits', () => {
  expect(duration(420)).toBe('0.42 s');
  expect(duration(12_340)).toBe('12.3 s');
  expect(duration(59_960)).toBe('1 min 0 s');
  expect(duration(200_000)).toBe('3 min 20 s');
  expect(duration(7_500_000)).toBe('2 h 5 min');
});
