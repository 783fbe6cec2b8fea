import * as ti from 'technicalindicators';
import type { Klines } from '../klines.js';
import {
  days,
  fadedBy,
  type Library,
  type LibraryCall,
  OBV,
  one,
  type PlainBars,
  plainBars,
} from './library.js';

interface Bars extends PlainBars {
  /** One a UTC day. */
  readonly days: readonly PlainBars[];
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
const MACD = { from: fadedBy(11 / 13) };
// 14 moves are summed there before the first row, 13 in TA-Lib.
const WILDER = { from: fadedBy(13 / 14) };

const CALLS: readonly LibraryCall<Bars>[] = [
  ...[20, 50, 200].map((period) =>
    one<Bars>(`SMA${period}`, ({ close }) => ti.SMA.calculate({ values: close, period })),
  ),
  ...[9, 12, 20, 21, 26, 50, 200].map((period) =>
    one<Bars>(`EMA${period}`, ({ close }) => ti.EMA.calculate({ values: close, period })),
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
  one('ATR14', ({ high, low, close }) => ti.ATR.calculate({ high, low, close, period: 14 })),
  {
    name: 'BBANDS20',
    run: ({ close }) => ti.BollingerBands.calculate({ values: close, period: 20, stdDev: 2 }),
    series: [
      { code: 'BB_UPPER20', pick: (rows: readonly BandRow[]) => rows.map((row) => row.upper) },
      { code: 'BB_MIDDLE20', pick: (rows: readonly BandRow[]) => rows.map((row) => row.middle) },
      { code: 'BB_LOWER20', pick: (rows: readonly BandRow[]) => rows.map((row) => row.lower) },
      { code: 'BB_PCT_B20', pick: (rows: readonly BandRow[]) => rows.map((row) => row.pb) },
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
      { code: 'STOCH_K14', pick: (result: Stochastic) => result.k, from: 17 },
      { code: 'STOCH_D14', pick: (result: Stochastic) => result.d },
    ],
  },
  one('CCI20', ({ high, low, close }) => ti.CCI.calculate({ high, low, close, period: 20 })),
  one('WILLR14', ({ high, low, close }) => ti.WilliamsR.calculate({ high, low, close, period: 14 })),
  one('ROC10', ({ close }) => ti.ROC.calculate({ values: close, period: 10 })),
  // Loses the first flow, so that it starts a row later.
  one('MFI14', ({ high, low, close, volume }) => ti.MFI.calculate({ high, low, close, volume, period: 14 }), {
    rounding: 0.005,
    from: 15,
    // A bar whose typical price did not change counts as falling there, as nothing in TA-Lib.
    skip: ({ columns }, t) => hasUnchangedTypical(columns, t - 13, t),
  }),
  {
    name: 'OBV',
    run: ({ close, volume }) => [ti.OBV.calculate({ close, volume }), volume[0]],
    series: [
      { code: 'OBV', pick: ([values, first]: [number[], number]) => values.map((v) => v + first), ...OBV },
    ],
  },
  one('VWAP_D', ({ days: sessions }) => sessions.flatMap((day) => ti.VWAP.calculate(day))),
  one('VOL_SMA20', ({ volume }) => ti.SMA.calculate({ values: volume, period: 20 })),
  one('DONCHIAN_UPPER20', ({ high }) => ti.Highest.calculate({ values: high, period: 20 })),
  one('DONCHIAN_LOWER20', ({ low }) => ti.Lowest.calculate({ values: low, period: 20 })),
];

/**
 * The codes that technicalindicators 3.1 has with the formula of SPEC 3. Left out: PSAR (another reversal), STOCH_RSI14
 * (from an RSI that is rounded to two decimals), and what the library lacks; test/oracle says the same, code by code.
 */
export const TECHNICAL_INDICATORS: Library<Bars> = {
  name: 'technicalindicators',
  bars: (klines: Klines) => ({
    ...plainBars(klines),
    days: days(klines).map(([from, to]) => plainBars(klines, from, to)),
  }),
  calls: CALLS,
};
