import { expect, it } from 'vitest';
import { sma } from '../indicators/sma.js';
import { addressOf, newColumn } from './columns.js';

it('gives ordinary arrays when the memory is used up, and kernels go on over them', () => {
  const columns: Float64Array[] = [];
  do columns.push(newColumn(1_000_000));
  while (addressOf(columns.at(-1)!) !== 0 && columns.length < 100);
  expect(columns.length).toBeGreaterThan(5);
  expect(columns.length).toBeLessThan(100);
  const [x, out] = [columns.at(-1)!, columns[0]];
  x.fill(3);
  sma.run([x], { period: 300 }, newColumn(2), [out], 0, 5_000);
  expect([out[298], out[299], out[4_999], out[5_000]]).toEqual([Number.NaN, 3, 3, 0]);
});

it('hands out zeros', () => {
  const first = newColumn(100).fill(7);
  const second = newColumn(100);
  expect(second.every((value) => value === 0)).toBe(true);
  expect(first.every((value) => value === 7)).toBe(true);
});
