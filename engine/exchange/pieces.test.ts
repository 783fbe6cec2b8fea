import { describe, expect, it } from 'vitest';
import { durationOf } from '../interval.js';
import { Coverage } from './coverage.js';
import { missingBars } from './missing.js';
import { closedRange, type Piece, pagesOf, planDays, planPieces } from './pieces.js';

// Expected values are read off a calendar.

const at = (text: string): number => Date.parse(`${text}Z`);
const HOUR = durationOf('1h');
const EMPTY = Coverage.of(null, [], HOUR);

const shown = (pieces: readonly Piece[]): string[] =>
  pieces.map((piece) => {
    const times = [piece.from, piece.to].map((time) => new Date(time).toISOString().slice(0, 16));
    return `${piece.kind} ${times.join(' ')}${piece.kind === 'month' && piece.isThere ? ' there' : ''}`;
  });

const plan = (interval: string, from: string, to: string, now: string, coverage = EMPTY): string[] => {
  const durationMs = durationOf(interval);
  const range = closedRange({ from: at(from), to: at(to), durationMs, now: at(now) });
  return shown(planPieces(range, durationMs, coverage));
};

describe('the plan', () => {
  it('takes whole months as dumps, and the rest of the first and the last from the API', () => {
    expect(plan('1h', '2024-01-30T05:30', '2024-04-02T03:00', '2025-01-01T00:00')).toEqual([
      'rest 2024-01-30T06:00 2024-02-01T00:00',
      'month 2024-02-01T00:00 2024-03-01T00:00',
      'month 2024-03-01T00:00 2024-04-01T00:00',
      'rest 2024-04-01T00:00 2024-04-02T03:00',
    ]);
  });

  it('asks for closed bars only', () => {
    // The bar of 04:00 closes at 04:59:59.999 and is open until that is over.
    expect(plan('1h', '2024-04-02T00:00', '2024-05-01T00:00', '2024-04-02T04:59:59.999')).toEqual([
      'rest 2024-04-02T00:00 2024-04-02T04:00',
    ]);
    expect(plan('1h', '2024-04-02T00:00', '2024-05-01T00:00', '2024-04-02T05:00')).toEqual([
      'rest 2024-04-02T00:00 2024-04-02T05:00',
    ]);
    expect(plan('1h', '2024-04-02T00:00', '2024-05-01T00:00', '2024-04-01T00:00')).toEqual([]);
  });

  it('takes days as dumps where the API would need many requests', () => {
    // Nine days of minutes are 12,960 bars: more than ten requests of 1,000.
    expect(plan('1m', '2024-04-01T12:00', '2024-04-10T12:00', '2024-04-10T12:00')).toEqual([
      'rest 2024-04-01T12:00 2024-04-02T00:00',
      ...[2, 3, 4, 5, 6, 7, 8, 9].map(
        (d) => `day 2024-04-0${d}T00:00 2024-04-${d < 9 ? `0${d + 1}` : '10'}T00:00`,
      ),
      'rest 2024-04-10T00:00 2024-04-10T12:00',
    ]);
  });

  it('puts weeks into the month in which they open', () => {
    // Mondays of January 2024 are 1, 8, 15, 22 and 29; the last one ends in February.
    expect(plan('1w', '2024-01-01T00:00', '2024-02-01T00:00', '2025-01-01T00:00')).toEqual([
      'month 2024-01-01T00:00 2024-02-05T00:00',
    ]);
    expect(plan('1w', '2024-01-01T00:00', '2024-02-01T00:00', '2024-02-01T00:00')).toEqual([
      'rest 2024-01-01T00:00 2024-01-29T00:00',
    ]);
    expect(
      shown(planDays({ from: at('2024-01-01T00:00'), to: at('2024-02-05T00:00') }, durationOf('1w'))),
    ).toEqual(['rest 2024-01-01T00:00 2024-02-05T00:00']);
  });

  it('leaves alone what stands', () => {
    const state = {
      symbol: 'X',
      interval: '1h',
      rows: 1,
      firstCloseTime: at('2024-02-01T00:59:59.999'),
      lastCloseTime: at('2024-04-02T23:59:59.999'),
    };
    const gaps = [{ from_time: at('2024-03-05T03:00'), to_time: at('2024-03-05T05:00') }];
    const coverage = Coverage.of(state, gaps, HOUR);
    expect(plan('1h', '2024-02-01T00:00', '2024-04-05T00:00', '2025-01-01T00:00', coverage)).toEqual([
      'month 2024-02-01T00:00 2024-03-01T00:00 there',
      'month 2024-03-01T00:00 2024-04-01T00:00',
      'rest 2024-04-03T00:00 2024-04-05T00:00',
    ]);
  });

  it('cuts a stretch into requests of at most 1,000 bars and of what the market allows', () => {
    const range = { from: 0, to: 2500 * HOUR };
    expect(pagesOf(range, HOUR, Number.POSITIVE_INFINITY)).toEqual([
      { from: 0, to: 1000 * HOUR },
      { from: 1000 * HOUR, to: 2000 * HOUR },
      { from: 2000 * HOUR, to: 2500 * HOUR },
    ]);
    expect(pagesOf(range, HOUR, 1200.5 * HOUR).length).toBe(3);
    expect(pagesOf(range, HOUR, 700.5 * HOUR).map(({ to }) => to / HOUR)).toEqual([700, 1400, 2100, 2500]);
  });
});

it('what is missing has a reason each', () => {
  const state = {
    symbol: 'X',
    interval: '1h',
    rows: 1,
    firstCloseTime: 11 * HOUR - 1,
    lastCloseTime: 30 * HOUR - 1,
  };
  const coverage = Coverage.of(state, [{ from_time: 20 * HOUR, to_time: 25 * HOUR }], HOUR);
  const failures = [
    { from: 22 * HOUR, to: 24 * HOUR },
    { from: 35 * HOUR, to: 50 * HOUR },
  ];
  const found = missingBars({ from: 5 * HOUR, to: 40 * HOUR }, HOUR, coverage, failures);
  expect(found.map(({ from, to, bars, reason }) => [from / HOUR, to / HOUR, bars, reason])).toEqual([
    [5, 10, 5, 'not_listed'],
    [20, 22, 2, 'outage'],
    [22, 24, 2, 'failed'],
    [24, 25, 1, 'outage'],
    [30, 35, 5, 'no_bars'],
    [35, 40, 5, 'failed'],
  ]);
});
