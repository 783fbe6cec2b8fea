import { expect, it } from 'vitest';
import { random } from '../../test/support/market.js';
import type { ColumnArray, ColumnKind } from '../columns.js';
import { encodeRows } from './encode.js';

const KINDS: readonly ColumnKind[] = ['time', 'flag', 'tiny', 'small', 'mask', 'number', 'number', 'number'];
const IDS = [7, 65_535];
const ODD = [
  0,
  -0,
  Number.NaN,
  1,
  -1,
  0.1 + 0.2,
  1e21,
  -1e-7,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.MIN_VALUE,
  -2.2250738585072014e-308,
  2 ** 53 + 2,
  123_456_789.125,
];
const MASKS = [0n, 1n, 2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 62n + 1n];

/** Rows with every odd value in every place of a buffer, sooner or later. */
function columns(rows: number): ColumnArray[] {
  const next = random(3);
  const odd = (): number =>
    next() < 0.5 ? ODD[Math.floor(next() * ODD.length)]! : (next() - 0.5) * 10 ** (next() * 40 - 20);
  const fill = <T extends ColumnArray>(array: T, value: (row: number) => T[number]): T => {
    for (let row = 0; row < rows; row++) array[row] = value(row);
    return array;
  };
  return [
    fill(new Float64Array(rows), (row) => 1_600_000_000_000 + row * 60_000),
    fill(new Uint8Array(rows), () => Math.floor(next() * 2)),
    fill(new Int8Array(rows), () => Math.floor(next() * 256) - 128),
    fill(new Int16Array(rows), () => Math.floor(next() * 65_536) - 32_768),
    fill(new BigInt64Array(rows), () => MASKS[Math.floor(next() * MASKS.length)]!),
    fill(new Float64Array(rows), odd),
    fill(new Float64Array(rows), odd),
  ];
}

/** One field after the other, each as the language writes a number. */
function naive(arrays: readonly ColumnArray[], rows: number): string {
  const field = (value: number | bigint): string =>
    Number.isNaN(value) ? '\\N' : Object.is(value, -0) ? '-0' : String(value);
  return Array.from({ length: rows }, (_, row) => {
    const fields = arrays.map((array) => field(array[row]!));
    return `${[...IDS, ...fields, '\\N'].join(',')}\n`;
  }).join('');
}

it.each([0, 1, 2, 1_000])('writes %i rows as a naive writer does, whatever the size of a buffer', (rows) => {
  const arrays = columns(rows);
  const expected = naive(arrays, rows);
  const longest = Math.max(0, ...expected.split('\n').map((line) => line.length + 1));
  for (const chunkBytes of [1, 500, 4_096, 131_072]) {
    const encoded = encodeRows(IDS, KINDS, [...arrays, null], rows, chunkBytes);
    expect(encoded.rows).toBe(rows);
    expect(Buffer.concat(encoded.buffers).toString('latin1')).toBe(expected);
    for (const { length } of encoded.buffers)
      expect(length).toBeLessThanOrEqual(Math.max(chunkBytes, longest));
  }
});

it('keeps buffers of the longest numbers below the size, too', () => {
  const longest = new Float64Array(1_000).fill(-2.2250738585072014e-308);
  const arrays = Array.from({ length: 8 }, () => longest);
  const { buffers } = encodeRows(
    [1],
    arrays.map(() => 'number'),
    arrays,
    longest.length,
    4_096,
  );
  expect(Math.max(...buffers.map(({ length }) => length))).toBeLessThanOrEqual(4_096);
});

it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d as a time', (value) => {
  expect(() => encodeRows([], ['time'], [Float64Array.of(1, value)], 2)).toThrow('a time is unknown');
});

it.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %d', (value) => {
  expect(() => encodeRows([], ['number'], [Float64Array.of(1, value)], 2)).toThrow(
    `warehouse: ${value} cannot be stored`,
  );
});
