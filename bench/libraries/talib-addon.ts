import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../paths.js';
import { type Library, type LibraryCall, type PlainBars, plainBars } from './library.js';

/** What a function of the addon is asked, and what it answers when no callback is given. */
interface Addon {
  execute(request: Readonly<Record<string, unknown>>): {
    readonly result: Readonly<Record<string, readonly number[]>>;
  };
}

const FOLDER = join(ROOT, 'bench', 'peers', 'node_modules', 'talib');

/** Why the addon cannot be timed here; null: it can. */
export function addonMissing(): string | null {
  return existsSync(join(FOLDER, 'build', 'Release', 'talib.node'))
    ? null
    : 'the addon of npm talib is not built: `npm install && npm run addon` in bench/peers (needs g++, make and Python)';
}

let loaded: Addon | null = null;
function addon(): Addon {
  loaded ??= createRequire(import.meta.url)(FOLDER) as Addon;
  return loaded;
}

type Inputs = (bars: PlainBars) => Readonly<Record<string, readonly number[]>>;
const close: Inputs = (bars) => ({ inReal: bars.close });
const ranges: Inputs = ({ high, low, close: last }) => ({ high, low, close: last });

/** A function of TA-Lib, and the codes of its outputs. */
function call(
  name: string,
  inputs: Inputs,
  options: Readonly<Record<string, number>>,
  outputs: Readonly<Record<string, string>>,
): LibraryCall<PlainBars> {
  return {
    name: Object.keys(outputs).join(' '),
    run: (bars) =>
      addon().execute({ name, startIdx: 0, endIdx: bars.close.length - 1, ...inputs(bars), ...options })
        .result,
    series: Object.entries(outputs).map(([code, output]) => ({
      code,
      pick: (result: Readonly<Record<string, readonly number[]>>) => result[output]!,
    })),
  };
}

const period = (rows: number) => ({ optInTimePeriod: rows });
const one = (code: string) => ({ [code]: 'outReal' });
const simple = { optInSlowK_MAType: 0, optInSlowD_MAType: 0 };

/** The codes that TA-Lib has, by the npm package `talib`: the same C as kernels-talib, called as its users call it. */
export const TALIB_ADDON: Library<PlainBars> = {
  name: 'npm talib',
  bars: (klines) => plainBars(klines),
  calls: [
    ...[20, 50, 200].map((rows) => call('SMA', close, period(rows), one(`SMA${rows}`))),
    ...[9, 12, 20, 21, 26, 50, 200].map((rows) => call('EMA', close, period(rows), one(`EMA${rows}`))),
    call('RSI', close, period(14), one('RSI14')),
    call(
      'MACD',
      close,
      { optInFastPeriod: 12, optInSlowPeriod: 26, optInSignalPeriod: 9 },
      { MACD: 'outMACD', MACD_SIGNAL: 'outMACDSignal', MACD_HIST: 'outMACDHist' },
    ),
    call('ADX', ranges, period(14), one('ADX14')),
    call('PLUS_DI', ranges, period(14), one('PLUS_DI14')),
    call('MINUS_DI', ranges, period(14), one('MINUS_DI14')),
    call('ATR', ranges, period(14), one('ATR14')),
    call(
      'BBANDS',
      close,
      { ...period(20), optInNbDevUp: 2, optInNbDevDn: 2, optInMAType: 0 },
      { BB_UPPER20: 'outRealUpperBand', BB_MIDDLE20: 'outRealMiddleBand', BB_LOWER20: 'outRealLowerBand' },
    ),
    call(
      'STOCH',
      ranges,
      { optInFastK_Period: 14, optInSlowK_Period: 3, optInSlowD_Period: 3, ...simple },
      { STOCH_K14: 'outSlowK', STOCH_D14: 'outSlowD' },
    ),
    call('CCI', ranges, period(20), one('CCI20')),
    call('WILLR', ranges, period(14), one('WILLR14')),
    call('ROC', close, period(10), one('ROC10')),
    call('MOM', close, period(10), one('MOM10')),
    call('MFI', (bars) => ({ ...ranges(bars), volume: bars.volume }), period(14), one('MFI14')),
    call('OBV', (bars) => ({ inReal: bars.close, volume: bars.volume }), {}, one('OBV')),
    call('SMA', (bars) => ({ inReal: bars.volume }), period(20), one('VOL_SMA20')),
    call('MAX', (bars) => ({ inReal: bars.high }), period(20), one('DONCHIAN_UPPER20')),
    call('MIN', (bars) => ({ inReal: bars.low }), period(20), one('DONCHIAN_LOWER20')),
    call(
      'SAR',
      ({ high, low }) => ({ high, low }),
      { optInAcceleration: 0.02, optInMaximum: 0.2 },
      one('PSAR'),
    ),
  ],
};
