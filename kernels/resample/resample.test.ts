import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naiveBucket, naiveBuckets, type PlainBar } from '../../test/reference/resample.js';
import {
  flushResample,
  RESAMPLE_STATE_SIZE,
  type ResampleGrid,
  type ResampleInput,
  type ResampleOutput,
  resample,
} from './resample.js';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const GRIDS: Readonly<Record<string, ResampleGrid>> = {
  '15m': { durationMs: 15 * MINUTE, offsetMs: 0 },
  '1h': { durationMs: 60 * MINUTE, offsetMs: 0 },
  '1d': { durationMs: DAY, offsetMs: 0 },
  // 1970-01-05 was a Monday.
  '1w': { durationMs: 7 * DAY, offsetMs: 4 * DAY },
};
const NAMES = [
  ...(['openTime', 'open', 'high', 'low', 'close', 'volume', 'quoteVolume', 'tradeCount'] as const),
  ...(['takerBuyBase', 'takerBuyQuote'] as const),
];

function columnsOf(bars: readonly PlainBar[]): ResampleInput {
  return Object.fromEntries(
    NAMES.map((name) => [name, Float64Array.from(bars, (bar) => bar[name])]),
  ) as unknown as ResampleInput;
}

/** All buckets as rows, computed in chunks that end at `cuts`. */
function run(input: ResampleInput, grid: ResampleGrid, rows: number, cuts: readonly number[] = []) {
  const names = [...NAMES, 'closeTime', 'bars'] as const;
  const output = Object.fromEntries(
    names.map((name) => [name, new Float64Array(rows + 1)]),
  ) as unknown as ResampleOutput;
  const state = new Float64Array(RESAMPLE_STATE_SIZE);
  let at = 0;
  let start = 0;
  for (const end of [...cuts, rows]) {
    at = resample(input, start, end, grid, state, output, at);
    start = end;
  }
  at = flushResample(grid, state, output, at);
  expect([...state]).toEqual(new Array(RESAMPLE_STATE_SIZE).fill(0));
  return Array.from({ length: at }, (_, row) =>
    Object.fromEntries(names.map((name) => [name, output[name][row]!])),
  );
}

function naive(bars: readonly PlainBar[], interval: string) {
  const { durationMs } = GRIDS[interval]!;
  return [...naiveBuckets(bars, interval)].map(([openTime, own]) => ({
    openTime,
    ...naiveBucket(own),
    closeTime: openTime + durationMs - 1,
    bars: own.length,
  }));
}

const price = fc.integer({ min: 1, max: 40 }).map((value) => value / 8);
const unknowable = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 0, max: 1e6, noNaN: true }) },
  fc.constant(Number.NaN),
);
/** 5m bars before and after the epoch, with gaps, many without trade. */
const series = fc
  .array(
    fc.record({
      step: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 400 })),
      open: price,
      high: price,
      low: price,
      close: price,
      volume: fc.oneof(fc.constant(0), fc.double({ min: 1e-8, max: 1e9, noNaN: true })),
      quoteVolume: unknowable,
      tradeCount: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constant(Number.NaN)),
      takerBuyBase: unknowable,
      takerBuyQuote: unknowable,
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((steps) => {
    let at = -50;
    return steps.map(({ step, ...bar }): PlainBar => {
      at += step;
      return { openTime: at * 5 * MINUTE, ...bar };
    });
  });

describe('resample', () => {
  it('does what SPEC 2 says, bit for bit as the naive twin', () => {
    fc.assert(
      fc.property(series, fc.constantFrom(...Object.keys(GRIDS)), (bars, interval) => {
        expect(run(columnsOf(bars), GRIDS[interval]!, bars.length)).toEqual(naive(bars, interval));
      }),
    );
  });

  it('gives the same bits in any cutting into chunks, and looks at nothing beyond their ends', () => {
    fc.assert(
      fc.property(series, fc.array(fc.nat(), { maxLength: 8 }), (bars, wanted) => {
        const input = columnsOf(bars);
        const cuts = wanted.map((cut) => cut % (bars.length + 1)).sort((a, b) => a - b);
        const whole = run(input, GRIDS['1h']!, bars.length);
        expect(run(input, GRIDS['1h']!, bars.length, cuts)).toEqual(whole);
        const single = Array.from({ length: bars.length }, (_, i) => i + 1);
        expect(run(input, GRIDS['1h']!, bars.length, single)).toEqual(whole);
        const poisoned = columnsOf([...bars, ...bars]);
        for (const name of NAMES) poisoned[name].fill(Number.NaN, bars.length);
        expect(run(poisoned, GRIDS['1h']!, bars.length)).toEqual(whole);
      }),
    );
  });

  // The halt of 2023-03-24 on BTCUSDT 15m, prices as the exchange's dump has them (four bars of each part).
  const bar = (openTime: string, prices: readonly number[], volume: number): PlainBar => ({
    openTime: Date.parse(openTime),
    open: prices[0]!,
    high: prices[1]!,
    low: prices[2]!,
    close: prices[3]!,
    volume,
    quoteVolume: volume * 2,
    tradeCount: volume === 0 ? 0 : 7,
    takerBuyBase: Number.NaN,
    takerBuyQuote: volume,
  });
  const flat = [28_080, 28_080, 28_080, 28_080];
  const halt = [
    bar('2023-03-24T12:00Z', flat, 0),
    bar('2023-03-24T12:15Z', flat, 0),
    bar('2023-03-24T14:00Z', [28_079.99, 28_253.01, 27_835, 28_160.01], 3),
    bar('2023-03-24T14:15Z', [28_160.01, 28_169.75, 27_985.15, 28_095.82], 2),
    bar('2023-03-24T15:00Z', [28_095.82, 28_095.82, 28_095.82, 28_095.82], 0),
  ];

  it('opens at the first bar that traded, not at the flat one before it', () => {
    const grid = { durationMs: 240 * MINUTE, offsetMs: 0 };
    expect(run(columnsOf(halt), grid, halt.length)).toEqual([
      {
        openTime: Date.parse('2023-03-24T12:00Z'),
        closeTime: Date.parse('2023-03-24T16:00Z') - 1,
        open: 28_079.99,
        high: 28_253.01,
        low: 27_835,
        close: 28_095.82,
        volume: 5,
        quoteVolume: 10,
        tradeCount: 14,
        takerBuyBase: Number.NaN,
        takerBuyQuote: 5,
        bars: 5,
      },
    ]);
  });

  it('counts all bars where none traded', () => {
    const two = [bar('2023-03-24T12:00Z', [5, 6, 4, 5], 0), bar('2023-03-24T12:15Z', [5, 7, 5, 6], 0)];
    expect(run(columnsOf(two), GRIDS['1h']!, 2)[0]).toMatchObject({ open: 5, high: 7, low: 4, close: 6 });
  });
});
