import * as ti from 'technicalindicators';
import type { Klines } from './klines.js';

/** Inputs in the form that technicalindicators takes: plain arrays, made outside every clock. */
export interface LibraryBars {
  readonly high: number[];
  readonly low: number[];
  readonly close: number[];
  readonly volume: number[];
  /** One a UTC day, since the library's VWAP never starts a new session by itself. */
  readonly days: readonly { high: number[]; low: number[]; close: number[]; volume: number[] }[];
}

type Values = readonly (number | undefined)[];

/** A series of a call, its last value at the last row, and how its equality with ours is understood. */
export interface LibrarySeries {
  readonly code: string;
  readonly pick: (result: never) => Values;
  /** SPEC 3: tolerance is 1e-9 * max(|a|, |b|, scale); `close`: the scale is the close. */
  readonly scale?: number | 'close';
  /** Half a unit of a rounding that the library does, instead of SPEC 3's tolerance. */
  readonly rounding?: number;
  /** First row compared, where the library starts another way. */
  readonly from?: number;
  /** Rows where the library has another rule. */
  readonly skip?: (klines: Klines, t: number) => boolean;
}

/** What a user of the library calls to get these codes. */
export interface LibraryCall {
  readonly name: string;
  readonly run: (bars: LibraryBars) => unknown;
  readonly series: readonly LibrarySeries[];
}

const DAY = 86_400_000;

export function libraryBars({ columns, rows }: Klines): LibraryBars {
  const [openTime, , high, low, close, volume] = columns as Float64Array[];
  const slice = (from: number, to: number) => ({
    high: [...high!.subarray(from, to)],
    low: [...low!.subarray(from, to)],
    close: [...close!.subarray(from, to)],
    volume: [...volume!.subarray(from, to)],
  });
  const days = [];
  for (let from = 0; from < rows; ) {
    let to = from + 1;
    while (to < rows && Math.floor(openTime![to]! / DAY) === Math.floor(openTime![from]! / DAY)) to++;
    days.push(slice(from, to));
    from = to;
  }
  return { ...slice(0, rows), days };
}

function hasUnchangedTypical(
  [, , high, low, close]: readonly Float64Array[],
  from: number,
  to: number,
): boolean {
  const typical = (t: number): number => (high![t]! + low![t]! + close![t]!) / 3;
  for (let t = Math.max(1, from); t <= to; t++) if (typical(t) === typical(t - 1)) return true;
  return false;
}

/** Row by which a start-up that fades by `factor` a row is below 1e-12 of itself. */
const fadedBy = (factor: number): number => Math.ceil(Math.log(1e-12) / Math.log(factor)) + 40;

function one(
  code: string,
  run: (bars: LibraryBars) => Values,
  how: Partial<LibrarySeries> = {},
): LibraryCall {
  return { name: code, run, series: [{ code, pick: (values: Values) => values, ...how }] };
}

interface MacdRow {
  readonly MACD?: number;
  readonly signal?: number;
  readonly histogram?: number;
}
interface AdxRow {
  readonly adx: number;
  readonly pdi: number;
  readonly mdi: number;
}
interface BandRow {
  readonly upper: number;
  readonly middle: number;
  readonly lower: number;
  readonly pb: number;
}
interface Stochastic {
  readonly k: readonly number[];
  readonly d: readonly number[];
}

// The fast EMA starts at close 0 there, at 14 in TA-Lib.
const MACD = { scale: 'close', from: fadedBy(11 / 13) } as const;
// 14 moves are summed there before the first row, 13 in TA-Lib.
const WILDER = { scale: 1, from: fadedBy(13 / 14) } as const;

/**
 * The codes that technicalindicators 3.1 has with the formula of SPEC 3. Left out: PSAR (another reversal), STOCH_RSI14
 * (from an RSI that is rounded to two decimals), and what the library lacks; test/oracle says the same, code by code.
 */
export const LIBRARY_CALLS: readonly LibraryCall[] = [
  ...[20, 50, 200].map((period) =>
    one(`SMA${period}`, ({ close }) => ti.SMA.calculate({ values: close, period })),
  ),
  ...[9, 12, 20, 21, 26, 50, 200].map((period) =>
    one(`EMA${period}`, ({ close }) => ti.EMA.calculate({ values: close, period })),
  ),
  one('RSI14', ({ close }) => ti.RSI.calculate({ values: close, period: 14 }), { rounding: 0.005 }),
  {
    name: 'MACD',
    run: ({ close }) =>
      ti.MACD.calculate({
        values: close,
        fastPeriod: 12,
        slowPeriod: 26,
        signalPeriod: 9,
        SimpleMAOscillator: false,
        SimpleMASignal: false,
      }),
    series: [
      { code: 'MACD', pick: (rows: readonly MacdRow[]) => rows.map((row) => row.MACD), ...MACD },
      { code: 'MACD_SIGNAL', pick: (rows: readonly MacdRow[]) => rows.map((row) => row.signal), ...MACD },
      { code: 'MACD_HIST', pick: (rows: readonly MacdRow[]) => rows.map((row) => row.histogram), ...MACD },
    ],
  },
  {
    name: 'ADX14',
    run: ({ high, low, close }) => ti.ADX.calculate({ high, low, close, period: 14 }),
    series: [
      { code: 'ADX14', pick: (rows: readonly AdxRow[]) => rows.map((row) => row.adx), ...WILDER },
      { code: 'PLUS_DI14', pick: (rows: readonly AdxRow[]) => rows.map((row) => row.pdi), ...WILDER },
      { code: 'MINUS_DI14', pick: (rows: readonly AdxRow[]) => rows.map((row) => row.mdi), ...WILDER },
    ],
  },
  one('ATR14', ({ high, low, close }) => ti.ATR.calculate({ high, low, close, period: 14 }), {
    scale: 'close',
  }),
  {
    name: 'BBANDS20',
    run: ({ close }) => ti.BollingerBands.calculate({ values: close, period: 20, stdDev: 2 }),
    series: [
      { code: 'BB_UPPER20', pick: (rows: readonly BandRow[]) => rows.map((row) => row.upper) },
      { code: 'BB_MIDDLE20', pick: (rows: readonly BandRow[]) => rows.map((row) => row.middle) },
      { code: 'BB_LOWER20', pick: (rows: readonly BandRow[]) => rows.map((row) => row.lower) },
      { code: 'BB_PCT_B20', pick: (rows: readonly BandRow[]) => rows.map((row) => row.pb), scale: 1 },
    ],
  },
  {
    // Its %D is our slow %K; our %D is one more average.
    name: 'STOCH14',
    run: ({ high, low, close }): Stochastic => {
      const fast = ti.Stochastic.calculate({ high, low, close, period: 14, signalPeriod: 3 });
      const k = fast.map((row) => row.d).filter((value) => value !== undefined);
      return { k, d: ti.SMA.calculate({ values: k, period: 3 }) };
    },
    series: [
      // Known two rows earlier there.
      { code: 'STOCH_K14', pick: (result: Stochastic) => result.k, scale: 1, from: 17 },
      { code: 'STOCH_D14', pick: (result: Stochastic) => result.d, scale: 1 },
    ],
  },
  one('CCI20', ({ high, low, close }) => ti.CCI.calculate({ high, low, close, period: 20 }), { scale: 1000 }),
  one('WILLR14', ({ high, low, close }) => ti.WilliamsR.calculate({ high, low, close, period: 14 }), {
    scale: 1,
  }),
  one('ROC10', ({ close }) => ti.ROC.calculate({ values: close, period: 10 }), { scale: 1 }),
  // Loses the first flow, so that it starts a row later.
  one('MFI14', ({ high, low, close, volume }) => ti.MFI.calculate({ high, low, close, volume, period: 14 }), {
    rounding: 0.005,
    from: 15,
    // A bar whose typical price did not change counts as falling there, as nothing in TA-Lib.
    skip: ({ columns }, t) => hasUnchangedTypical(columns, t - 13, t),
  }),
  // Starts at 0, not at the first bar's volume: shifted here.
  {
    name: 'OBV',
    run: ({ close, volume }) => [ti.OBV.calculate({ close, volume }), volume[0]],
    series: [
      { code: 'OBV', pick: ([values, first]: [number[], number]) => values.map((v) => v + first), from: 1 },
    ],
  },
  one('VWAP_D', ({ days }) => days.flatMap((day) => ti.VWAP.calculate(day))),
  one('VOL_SMA20', ({ volume }) => ti.SMA.calculate({ values: volume, period: 20 })),
  one('DONCHIAN_UPPER20', ({ high }) => ti.Highest.calculate({ values: high, period: 20 })),
  one('DONCHIAN_LOWER20', ({ low }) => ti.Lowest.calculate({ values: low, period: 20 })),
];
