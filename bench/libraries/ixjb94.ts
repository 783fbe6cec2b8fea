import { IndicatorsSync } from '@ixjb94/indicators';
import { fadedBy, type Library, type LibraryCall, OBV, one, type PlainBars, plainBars } from './library.js';

/** The class without promises: the faster of the two. */
const library = new IndicatorsSync();

const nth = (index: number) => (result: readonly number[][]) => result[index]!;

// Averages start at the first value there, not at the mean of the first n.
const EMA = (period: number) => ({ from: fadedBy(1 - 2 / (period + 1)) });
// The slowest of its three averages decides when the start is forgotten.
const MACD = EMA(26);
// Row 0, which has no row before it, is among the first 14 ranges there.
const ATR = { from: fadedBy(13 / 14) };

const CALLS: readonly LibraryCall<PlainBars>[] = [
  ...[20, 50, 200].map((period) => one<PlainBars>(`SMA${period}`, ({ close }) => library.sma(close, period))),
  ...[9, 12, 20, 21, 26, 50, 200].map((period) =>
    one<PlainBars>(`EMA${period}`, ({ close }) => library.ema(close, period), EMA(period)),
  ),
  one('RSI14', ({ close }) => library.rsi(close, 14)),
  {
    name: 'MACD',
    run: ({ close }) => library.macd(close, 12, 26, 9),
    series: [
      { code: 'MACD', pick: nth(0), ...MACD },
      { code: 'MACD_SIGNAL', pick: nth(1), ...MACD },
      { code: 'MACD_HIST', pick: nth(2), ...MACD },
    ],
  },
  one('ATR14', ({ high, low, close }) => library.atr(high, low, close, 14), ATR),
  {
    name: 'BBANDS20',
    run: ({ close }) => library.bbands(close, 20, 2),
    series: [
      { code: 'BB_LOWER20', pick: nth(0) },
      { code: 'BB_MIDDLE20', pick: nth(1) },
      { code: 'BB_UPPER20', pick: nth(2) },
    ],
  },
  {
    name: 'STOCH14',
    run: ({ high, low, close }) => library.stoch(high, low, close, 14, 3, 3),
    series: [
      { code: 'STOCH_K14', pick: nth(0) },
      { code: 'STOCH_D14', pick: nth(1) },
    ],
  },
  // Known from row 38 there.
  one('CCI20', ({ high, low, close }) => library.cci(high, low, close, 20)),
  one('WILLR14', ({ high, low, close }) => library.willr(high, low, close, 14)),
  // A fraction there.
  one('ROC10', ({ close }) => library.roc(close, 10), {
    pick: (shares: readonly number[]) => shares.map((share) => 100 * share),
  }),
  one('MOM10', ({ close }) => library.mom(close, 10)),
  {
    name: 'OBV',
    run: ({ close, volume }) => [library.obv(close, volume), volume[0]],
    series: [
      {
        code: 'OBV',
        pick: ([values, first]: [readonly number[], number]) => values.map((value) => value + first),
        ...OBV,
      },
    ],
  },
  one('CMF20', ({ high, low, close, volume }) => library.cmf(high, low, close, volume, 20)),
  one('VOL_SMA20', ({ volume }) => library.sma(volume, 20)),
  one('DONCHIAN_UPPER20', ({ high }) => library.max(high, 20)),
  one('DONCHIAN_LOWER20', ({ low }) => library.min(low, 20)),
];

/**
 * The codes that @ixjb94/indicators 1.2 (a port of Tulip) has with the formula of SPEC 3. Left out: ADX14 and the DIs
 * (a bar that goes equally far beyond the one before on both sides counts on both), PSAR (another first row, and other turns),
 * STOCH_RSI14 (0 where nothing moved, ours 50), VWAP_D (over a fixed number of rows), MFI14 (the
 * typical price is a product with a third, whose rounding decides where it stands still).
 */
export const IXJB94: Library<PlainBars> = {
  name: '@ixjb94/indicators',
  bars: (klines) => plainBars(klines),
  calls: CALLS,
};
