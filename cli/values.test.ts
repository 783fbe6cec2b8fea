import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { parseMemoryLimit, parseTime, wholeNumber } from './values.js';

describe('parseTime', () => {
  it.each([
    // Epoch milliseconds as `date -u -d ... +%s` gives them, times 1000.
    ['2024-01-31', 1_706_659_200_000],
    ['2024-01-31T12:30', 1_706_704_200_000],
    ['2024-01-31 12:30:15', 1_706_704_215_000],
    ['2024-01-31T12:30:15.5Z', 1_706_704_215_500],
    ['2024-01-31T12:30+02:00', 1_706_697_000_000],
    ['1706659200000', 1_706_659_200_000],
    ['0', 0],
    ['-1000', -1000],
  ])('%s', (text, expected) => expect(parseTime(text)).toBe(expected));

  it.each([
    '2024',
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '2024-01-31T25:00',
    '31.01.2024',
    'now',
    '',
    '1e12',
  ])('refuses %j', (text) => expect(() => parseTime(text)).toThrow(InvalidArgumentError));
});

describe('wholeNumber', () => {
  it('takes whole numbers from its smallest on', () => {
    expect(wholeNumber(0)('0')).toBe(0);
    expect(wholeNumber(1)('16384')).toBe(16384);
  });

  it.each(['0', '-1', '1.5', '', 'x', '1e3', '99999999999999999999'])('of at least 1 refuses %j', (text) =>
    expect(() => wholeNumber(1)(text)).toThrow(InvalidArgumentError),
  );
});

describe('parseMemoryLimit', () => {
  it.each(['256MB', '1.5GiB', '512 kb'])('takes %s', (text) => expect(parseMemoryLimit(text)).toBe(text));
  it.each(['256', 'MB', '-1MB', '80%', "1MB'; --"])('refuses %j', (text) =>
    expect(() => parseMemoryLimit(text)).toThrow(InvalidArgumentError),
  );
});
