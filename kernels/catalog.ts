import type { CatalogRow, CodeSpec } from './catalog-row.js';
import { atr } from './indicators/atr.js';
import { bandShape } from './indicators/band-shape.js';
import { bbands } from './indicators/bbands.js';
import { cci } from './indicators/cci.js';
import { cmf } from './indicators/cmf.js';
import { deviation } from './indicators/deviation.js';
import { dmi } from './indicators/dmi.js';
import { donchian } from './indicators/donchian.js';
import { ema } from './indicators/ema.js';
import { macd } from './indicators/macd.js';
import { mfi } from './indicators/mfi.js';
import { mom } from './indicators/mom.js';
import { obv } from './indicators/obv.js';
import { percentOf } from './indicators/percent-of.js';
import { psar } from './indicators/psar.js';
import { ratio } from './indicators/ratio.js';
import { roc } from './indicators/roc.js';
import { rsi } from './indicators/rsi.js';
import { rvol } from './indicators/rvol.js';
import { sma } from './indicators/sma.js';
import { stoch } from './indicators/stoch.js';
import { stochRsi } from './indicators/stoch-rsi.js';
import { supertrend } from './indicators/supertrend.js';
import { vwap } from './indicators/vwap.js';
import type { Kernel, Params } from './kernel.js';
import { compileProgram } from './program.js';

/** A row from its parts, frozen; codes as `[number, code, title]` in the order of the kernel's outputs. */
function row(
  kernel: Kernel,
  params: Params,
  inputs: readonly string[],
  ...codes: readonly (readonly [number, string, string])[]
): CatalogRow {
  return Object.freeze({
    kernel,
    params: Object.freeze(params),
    inputs: Object.freeze(inputs),
    codes: Object.freeze(codes.map(([number, code, title]) => Object.freeze({ code, number, title }))),
  });
}

const simple = (number: number, period: number) =>
  row(sma, { period }, ['CLOSE'], [number, `SMA${period}`, `Simple moving average of ${period} closes`]);
const exponential = (number: number, period: number) =>
  row(
    ema,
    { period },
    ['CLOSE'],
    [number, `EMA${period}`, `Exponential moving average of closes, ${period}`],
  );

/**
 * Every code of SPEC 3: its kernel, parameters and inputs. Another period is a new row, not a new file. Numbers are
 * permanent: they order the columns of the warehouse, and a new code takes the next free one.
 */
export const CATALOG: readonly CatalogRow[] = Object.freeze([
  simple(1, 20),
  simple(2, 50),
  simple(3, 200),
  exponential(4, 9),
  exponential(5, 12),
  exponential(6, 20),
  exponential(7, 21),
  exponential(8, 26),
  exponential(9, 50),
  exponential(10, 200),
  row(rsi, { period: 14 }, ['CLOSE'], [11, 'RSI14', 'Relative strength index, 14']),
  row(
    macd,
    { fast: 12, slow: 26, signal: 9 },
    ['CLOSE'],
    [12, 'MACD', 'Moving average convergence divergence, 12 and 26'],
    [13, 'MACD_SIGNAL', 'Signal line of MACD, 9'],
    [14, 'MACD_HIST', 'MACD minus its signal line'],
  ),
  row(
    dmi,
    { period: 14 },
    ['HIGH', 'LOW', 'CLOSE'],
    [15, 'ADX14', 'Average directional index, 14'],
    [16, 'PLUS_DI14', 'Plus directional indicator, 14'],
    [17, 'MINUS_DI14', 'Minus directional indicator, 14'],
  ),
  row(atr, { period: 14 }, ['HIGH', 'LOW', 'CLOSE'], [18, 'ATR14', 'Average true range, 14']),
  row(percentOf, {}, ['ATR14', 'CLOSE'], [19, 'ATR_PCT14', 'Average true range in percent of the close']),
  row(
    bbands,
    { period: 20, width: 2 },
    ['CLOSE'],
    [20, 'BB_UPPER20', 'Upper Bollinger band, 20 and 2'],
    [21, 'BB_MIDDLE20', 'Middle of the Bollinger bands, 20'],
    [22, 'BB_LOWER20', 'Lower Bollinger band, 20 and 2'],
  ),
  row(
    bandShape,
    {},
    ['CLOSE', 'BB_UPPER20', 'BB_MIDDLE20', 'BB_LOWER20'],
    [23, 'BB_WIDTH20', 'Width of the Bollinger bands relative to their middle'],
    [24, 'BB_PCT_B20', 'Position of the close in the Bollinger bands: 0 lower, 1 upper'],
  ),
  row(
    stoch,
    { period: 14 },
    ['HIGH', 'LOW', 'CLOSE'],
    [25, 'STOCH_K14', 'Slow stochastic %K, 14 and 3'],
    [26, 'STOCH_D14', 'Slow stochastic %D, 3'],
    [29, 'WILLR14', 'Williams %R, 14'],
  ),
  row(
    stochRsi,
    { period: 14 },
    ['RSI14'],
    [27, 'STOCH_RSI14', 'RSI14 within its last 14 values, in percent'],
  ),
  row(cci, { period: 20 }, ['HIGH', 'LOW', 'CLOSE'], [28, 'CCI20', 'Commodity channel index, 20']),
  row(roc, { period: 10 }, ['CLOSE'], [30, 'ROC10', 'Rate of change over 10 bars, percent']),
  row(mom, { period: 10 }, ['CLOSE'], [31, 'MOM10', 'Change of the close over 10 bars']),
  row(mfi, { period: 14 }, ['HIGH', 'LOW', 'CLOSE', 'VOLUME'], [32, 'MFI14', 'Money flow index, 14']),
  row(obv, {}, ['CLOSE', 'VOLUME'], [33, 'OBV', 'On-balance volume']),
  row(cmf, { period: 20 }, ['HIGH', 'LOW', 'CLOSE', 'VOLUME'], [34, 'CMF20', 'Chaikin money flow, 20']),
  row(
    vwap,
    {},
    ['HIGH', 'LOW', 'CLOSE', 'VOLUME', 'OPEN_TIME'],
    [35, 'VWAP_D', 'Volume-weighted average price since 00:00 UTC'],
  ),
  row(
    deviation,
    {},
    ['CLOSE', 'VWAP_D'],
    [36, 'VWAP_DEV', 'Distance of the close from VWAP_D, as a fraction of it'],
  ),
  row(sma, { period: 20 }, ['VOLUME'], [37, 'VOL_SMA20', 'Simple moving average of 20 volumes']),
  row(ratio, {}, ['VOLUME', 'VOL_SMA20'], [38, 'VOL_RATIO20', 'Volume relative to VOL_SMA20']),
  row(ratio, {}, ['TAKER_BUY_BASE', 'VOLUME'], [39, 'TAKER_RATIO', 'Share of the volume that takers bought']),
  row(
    donchian,
    { period: 20 },
    ['HIGH', 'LOW'],
    [40, 'DONCHIAN_UPPER20', 'Highest high of 20 bars'],
    [41, 'DONCHIAN_LOWER20', 'Lowest low of 20 bars'],
  ),
  row(
    supertrend,
    { period: 10, width: 3 },
    ['HIGH', 'LOW', 'CLOSE'],
    [42, 'SUPERTREND', 'Supertrend line, 3 average true ranges of 10'],
    [43, 'SUPERTREND_DIR', 'Side of the supertrend: 1 up, -1 down'],
  ),
  row(
    psar,
    { acceleration: 0.02, maximum: 0.2 },
    ['HIGH', 'LOW'],
    [44, 'PSAR', 'Parabolic stop and reverse, 0.02 and 0.2'],
  ),
  row(rvol, { period: 20 }, ['CLOSE'], [45, 'RVOL20', 'Sample deviation of the last 20 log returns']),
]);

const specs: readonly { readonly row: CatalogRow; readonly spec: CodeSpec }[] = CATALOG.flatMap((row) =>
  row.codes.flatMap((spec) => (spec === null ? [] : [{ row, spec }])),
).sort((a, b) => a.spec.number - b.spec.number);

const byCode = new Map(specs.map((entry) => [entry.spec.code, entry]));
const lookbacks = compileProgram(CATALOG).lookback;

/** Every code in the order of its number: the order of the warehouse's columns. */
export const CODES: readonly string[] = Object.freeze(specs.map(({ spec }) => spec.code));

function find(code: string): { readonly row: CatalogRow; readonly spec: CodeSpec } {
  const entry = byCode.get(code);
  if (entry === undefined) throw new Error(`catalog: '${code}' is not one of ${CODES.join(', ')}`);
  return entry;
}

/** The row that makes `code`. @throws Error that names the codes */
export const catalogRow = (code: string): CatalogRow => find(code).row;

/** Number and title of `code`. @throws Error that names the codes */
export const codeSpec = (code: string): CodeSpec => find(code).spec;

/** Rows from the partition's start without a value, warm-up of inputs included. @throws Error that names the codes */
export function lookback(code: string): number {
  find(code);
  return lookbacks.get(code)!;
}

/**
 * All that a code's values depend on besides the klines: kernel, version, parameters and inputs, those of codes it reads
 * written out: `stoch_rsi@1(period=14)[rsi@1(period=14)[CLOSE]]`. Facts whose text differs are stale.
 *
 * @throws Error that names the codes
 */
export function kernelVersion(code: string): string {
  const { kernel, params, inputs } = catalogRow(code);
  const settings = kernel.params.map(({ name }) => `${name}=${params[name]}`).join(',');
  const sources = inputs.map((input) => (byCode.has(input) ? kernelVersion(input) : input)).join(',');
  return `${kernel.name}@${kernel.version}(${settings})[${sources}]`;
}
