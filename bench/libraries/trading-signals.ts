import * as ts from 'trading-signals';
import type { Klines } from '../klines.js';
import { days, fadedBy, type Library, type LibraryCall, OBV, one, plainBars } from './library.js';

interface Candle {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

interface Bars {
  readonly close: number[];
  readonly volume: number[];
  readonly candles: Candle[];
  /** One a UTC day. */
  readonly days: readonly Candle[][];
}

type Rows<Row> = readonly (Row | null)[];
const column =
  <Row>(value: (row: Row) => number) =>
  (rows: Rows<Row>) =>
    rows.map((row) => (row === null ? null : value(row)));

// Averages start at the first value there, not at the mean of the first n.
const EMA = (period: number) => ({ from: fadedBy(1 - 2 / (period + 1)) });
// The slowest of its three averages decides when the start is forgotten.
const MACD = EMA(26);
// Row 0, which has no row before it, is among the first 14 ranges there.
const ATR = { from: fadedBy(13 / 14) };
const PERCENT = (rows: Rows<number>) => column<number>((share) => 100 * share)(rows);

/** One instance a call, fed bar by bar, as the library is made for. */
const CALLS: readonly LibraryCall<Bars>[] = [
  ...[20, 50, 200].map((period) =>
    one<Bars>(`SMA${period}`, ({ close }) => new ts.SMA(period).updates(close)),
  ),
  ...[9, 12, 20, 21, 26, 50, 200].map((period) =>
    one<Bars>(`EMA${period}`, ({ close }) => new ts.EMA(period).updates(close), EMA(period)),
  ),
  one('RSI14', ({ close }) => new ts.RSI(14).updates(close)),
  {
    name: 'MACD',
    run: ({ close }) => new ts.MACD(new ts.EMA(12), new ts.EMA(26), new ts.EMA(9)).updates(close),
    series: [
      { code: 'MACD', pick: column((row: ts.MACDResult) => row.macd), ...MACD },
      { code: 'MACD_SIGNAL', pick: column((row: ts.MACDResult) => row.signal), ...MACD },
      { code: 'MACD_HIST', pick: column((row: ts.MACDResult) => row.histogram), ...MACD },
    ],
  },
  one('ATR14', ({ candles }) => new ts.ATR(14).updates(candles), ATR),
  {
    name: 'BBANDS20',
    run: ({ close }) => new ts.BollingerBands(20, 2).updates(close),
    series: [
      { code: 'BB_UPPER20', pick: column((row: ts.BandsResult) => row.upper) },
      { code: 'BB_MIDDLE20', pick: column((row: ts.BandsResult) => row.middle) },
      { code: 'BB_LOWER20', pick: column((row: ts.BandsResult) => row.lower) },
    ],
  },
  one('BB_WIDTH20', ({ close }) => new ts.BollingerBandsWidth(new ts.BollingerBands(20, 2)).updates(close)),
  one('BB_PCT_B20', ({ close }) => new ts.PercentB({ interval: 20, deviationMultiplier: 2 }).updates(close)),
  {
    name: 'STOCH14',
    run: ({ candles }) =>
      new ts.StochasticOscillator({ kPeriod: 14, kSlowingPeriod: 3, dPeriod: 3 }).updates(candles),
    series: [
      { code: 'STOCH_K14', pick: column((row: ts.StochasticResult) => row.stochK) },
      { code: 'STOCH_D14', pick: column((row: ts.StochasticResult) => row.stochD) },
    ],
  },
  one('CCI20', ({ candles }) => new ts.CCI(20).updates(candles)),
  one('WILLR14', ({ candles }) => new ts.WilliamsR(14).updates(candles)),
  // A fraction there.
  one('ROC10', ({ close }) => new ts.ROC(10).updates(close), { pick: PERCENT }),
  one('MOM10', ({ close }) => new ts.MOM(10).updates(close)),
  one('MFI14', ({ candles }) => new ts.MFI(14).updates(candles)),
  {
    name: 'OBV',
    run: ({ candles }) => [new ts.OBV(2).updates(candles), candles[0]!.volume],
    series: [
      {
        code: 'OBV',
        pick: ([rows, first]: [Rows<number>, number]) => column<number>((value) => value + first)(rows),
        ...OBV,
      },
    ],
  },
  one('CMF20', ({ candles }) => new ts.CMF(20).updates(candles)),
  one('VWAP_D', ({ days: sessions }) => sessions.flatMap((day) => new ts.VWAP().updates(day)), {
    // Nothing for a bar without volume there.
    skip: ({ columns }, t) => columns[5]![t] === 0,
  }),
  one('VOL_SMA20', ({ volume }) => new ts.SMA(20).updates(volume)),
  {
    name: 'DONCHIAN20',
    run: ({ candles }) => new ts.DonchianChannels(20).updates(candles),
    series: [
      { code: 'DONCHIAN_UPPER20', pick: column((row: ts.BandsResult) => row.upper) },
      { code: 'DONCHIAN_LOWER20', pick: column((row: ts.BandsResult) => row.lower) },
    ],
  },
];

/**
 * The codes that trading-signals 8 has with the formula of SPEC 3. Left out: ADX14 and the DIs (a bar that goes equally far
 * beyond the one before on both sides counts on both), PSAR (another first row, and a cent taken off), SUPERTREND (starts
 * downwards, and keeps the old band where equal), STOCH_RSI14 (reads an RSI of 0 as unknown).
 */
export const TRADING_SIGNALS: Library<Bars> = {
  name: 'trading-signals',
  bars: (klines: Klines) => {
    const { open, high, low, close, volume } = plainBars(klines);
    const candles = close.map((value, t) => ({
      open: open[t]!,
      high: high[t]!,
      low: low[t]!,
      close: value,
      volume: volume[t]!,
    }));
    return { close, volume, candles, days: days(klines).map(([from, to]) => candles.slice(from, to)) };
  },
  calls: CALLS,
};
