/**
 * Naive twins of the indicators of SPEC 3, written from its text and TA-Lib's published definitions: every row looks at its
 * whole window again, recursions run over plain arrays from the first row. Slow on purpose; shares nothing with the kernels.
 */
export interface TwinInput {
  readonly open: readonly number[];
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
  readonly volume: readonly number[];
  readonly openTime: readonly number[];
  readonly closeTime: readonly number[];
  readonly takerBuyBase: readonly number[];
}

type Series = number[];
type Twin = (k: TwinInput) => Series;

const add = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const isFlat = (values: readonly number[]): boolean => values.every((v) => v === values[0]);
const mean = (values: readonly number[]): number =>
  isFlat(values) ? values[0] : add(values) / values.length;
const unknown = (n: number): Series => new Array<number>(n).fill(Number.NaN);

/** f over every full window of n values; windows that hold an unknown give an unknown. */
function rolling(values: readonly number[], n: number, f: (window: number[], t: number) => number): Series {
  return values.map((_, t) => {
    if (t < n - 1) return Number.NaN;
    const window = values.slice(t - n + 1, t + 1);
    return window.some(Number.isNaN) ? Number.NaN : f(window, t);
  });
}

/** Two-pass sum of squared distances from the mean. */
function squares(window: readonly number[]): number {
  const m = mean(window);
  return add(window.map((v) => (v - m) ** 2));
}

/** TA-Lib EMA over values[first..], seeded with the mean of the n values from `first`. */
function emaFrom(values: readonly number[], n: number, first: number): Series {
  const out = unknown(values.length);
  const k = 2 / (n + 1);
  const seed = first + n - 1;
  if (seed >= values.length) return out;
  out[seed] = mean(values.slice(first, seed + 1));
  for (let t = seed + 1; t < values.length; t++) out[t] = out[t - 1] + k * (values[t] - out[t - 1]);
  return out;
}

/** Wilder's average: mean of values[first .. first + n - 1], then (previous * (n - 1) + value) / n. */
function wilder(values: readonly number[], n: number, first: number): Series {
  const out = unknown(values.length);
  const seed = first + n - 1;
  if (seed >= values.length) return out;
  out[seed] = mean(values.slice(first, seed + 1));
  for (let t = seed + 1; t < values.length; t++) out[t] = (out[t - 1] * (n - 1) + values[t]) / n;
  return out;
}

/** Wilder's sum as TA-Lib's DM and TR keep it: rows 1 to n - 1 added, then previous - previous / n + value. */
function wilderSum(values: readonly number[], n: number): Series {
  const out = unknown(values.length);
  let sum = 0;
  for (let t = 1; t < values.length; t++) {
    sum = t < n ? sum + values[t] : sum - sum / n + values[t];
    if (t >= n) out[t] = sum;
  }
  return out;
}

const sma =
  (n: number): Twin =>
  (k) =>
    rolling(k.close, n, mean);
const ema =
  (n: number): Twin =>
  (k) =>
    emaFrom(k.close, n, 0);

const rsi: Twin = ({ close }) => {
  const gains = close.map((c, t) => (t === 0 ? 0 : Math.max(c - close[t - 1], 0)));
  const losses = close.map((c, t) => (t === 0 ? 0 : Math.max(close[t - 1] - c, 0)));
  const up = wilder(gains, 14, 1);
  const down = wilder(losses, 14, 1);
  return up.map((u, t) => (u === 0 && down[t] === 0 ? 50 : (100 * u) / (u + down[t])));
};

function macd({ close }: TwinInput): { line: Series; signal: Series } {
  const slow = emaFrom(close, 26, 0);
  const fast = emaFrom(close, 12, 14);
  const line = fast.map((f, t) => f - slow[t]);
  const signal = emaFrom(line, 9, 25);
  return { line: line.map((v, t) => (t < 33 ? Number.NaN : v)), signal };
}

const trueRange = ({ high, low, close }: TwinInput): Series =>
  high.map((h, t) =>
    t === 0 ? 0 : Math.max(h - low[t], Math.abs(h - close[t - 1]), Math.abs(low[t] - close[t - 1])),
  );
const atr = (k: TwinInput, n: number): Series => wilder(trueRange(k), n, 1);

function directional(k: TwinInput): { adx: Series; plus: Series; minus: Series } {
  const plusDm = k.high.map((h, t) => {
    if (t === 0) return 0;
    const up = h - k.high[t - 1];
    return up > 0 && up > k.low[t - 1] - k.low[t] ? up : 0;
  });
  const minusDm = k.low.map((l, t) => {
    if (t === 0) return 0;
    const down = k.low[t - 1] - l;
    return down > 0 && down > k.high[t] - k.high[t - 1] ? down : 0;
  });
  const range = wilderSum(trueRange(k), 14);
  const indicator = (dm: Series) =>
    wilderSum(dm, 14).map((v, t) => (range[t] === 0 ? 0 : (100 * v) / range[t]));
  const plus = indicator(plusDm);
  const minus = indicator(minusDm);
  const adx = unknown(plus.length);
  let sum = 0;
  for (let t = 14; t < plus.length; t++) {
    const total = plus[t] + minus[t];
    const dx = (100 * Math.abs(plus[t] - minus[t])) / total;
    if (t <= 27) {
      if (total !== 0) sum += dx;
      if (t === 27) adx[t] = sum / 14;
    } else adx[t] = total === 0 ? adx[t - 1] : (adx[t - 1] * 13 + dx) / 14;
  }
  return { adx, plus, minus };
}

function bands({ close }: TwinInput): { upper: Series; middle: Series; lower: Series } {
  const middle = rolling(close, 20, mean);
  const deviation = rolling(close, 20, (window) => Math.sqrt(squares(window) / 20));
  return {
    upper: middle.map((m, t) => m + 2 * deviation[t]),
    middle,
    lower: middle.map((m, t) => m - 2 * deviation[t]),
  };
}

/** 100 * (close - lowest low) / (highest high - lowest low) of 14 rows. */
const fastK = ({ high, low, close }: TwinInput): Series =>
  rolling(high, 14, (highs, t) => {
    const bottom = Math.min(...low.slice(t - 13, t + 1));
    const top = Math.max(...highs);
    return top === bottom ? 50 : (100 * (close[t] - bottom)) / (top - bottom);
  });
const slowK: Twin = (k) => rolling(fastK(k), 3, mean);
/** Rows before 17 have no value in either line. */
const fromRow17 = (series: Series): Series => series.map((v, t) => (t < 17 ? Number.NaN : v));

/** STOCH_RSI14 over given values of RSI14. */
export const stochRsiOf = (rsi14: readonly number[]): Series =>
  rolling(rsi14, 14, (window) => {
    const bottom = Math.min(...window);
    const range = Math.max(...window) - bottom;
    return range < 1e-9 ? 50 : (100 * (window[13] - bottom)) / range;
  });

const typical = (k: TwinInput): Series => k.high.map((h, t) => (h + k.low[t] + k.close[t]) / 3);

const cci: Twin = (k) =>
  rolling(typical(k), 20, (window) => {
    const m = mean(window);
    const deviation = add(window.map((v) => Math.abs(v - m))) / 20;
    return deviation === 0 ? 0 : (window[19] - m) / (0.015 * deviation);
  });

const williams: Twin = ({ high, low, close }) =>
  rolling(high, 14, (highs, t) => {
    const top = Math.max(...highs);
    const bottom = Math.min(...low.slice(t - 13, t + 1));
    return top === bottom ? -50 : (-100 * (top - close[t])) / (top - bottom);
  });

const mfi: Twin = (k) => {
  const price = typical(k);
  return price.map((_, t) => {
    if (t < 14) return Number.NaN;
    let rising = 0;
    let falling = 0;
    for (let i = t - 13; i <= t; i++) {
      if (price[i] > price[i - 1]) rising += price[i] * k.volume[i];
      if (price[i] < price[i - 1]) falling += price[i] * k.volume[i];
    }
    return rising + falling === 0 ? 50 : (100 * rising) / (rising + falling);
  });
};

const obv: Twin = ({ close, volume }) => {
  const out: Series = [];
  for (let t = 0; t < close.length; t++) {
    if (t === 0) out.push(volume[0]);
    else if (close[t] > close[t - 1]) out.push(out[t - 1] + volume[t]);
    else if (close[t] < close[t - 1]) out.push(out[t - 1] - volume[t]);
    else out.push(out[t - 1]);
  }
  return out;
};

const cmf: Twin = ({ high, low, close, volume }) =>
  rolling(volume, 20, (volumes, t) => {
    let flow = 0;
    for (let i = t - 19; i <= t; i++)
      if (high[i] !== low[i])
        flow += (volume[i] * (close[i] - low[i] - (high[i] - close[i]))) / (high[i] - low[i]);
    return add(volumes) === 0 ? Number.NaN : flow / add(volumes);
  });

const DAY = 86_400_000;
const vwap: Twin = (k) => {
  const price = typical(k);
  return price.map((_, t) => {
    const isWholeSession = k.closeTime[t] - k.openTime[t] + 1 >= DAY;
    let value = 0;
    let volume = 0;
    for (let i = t; i >= 0; i--) {
      const isSameSession = isWholeSession
        ? i === t
        : new Date(k.openTime[i]).toISOString().slice(0, 10) ===
          new Date(k.openTime[t]).toISOString().slice(0, 10);
      if (!isSameSession) break;
      value += price[i] * k.volume[i];
      volume += k.volume[i];
    }
    return volume === 0 ? Number.NaN : value / volume;
  });
};

const volumeMean: Twin = (k) => rolling(k.volume, 20, mean);
const quotient = (above: readonly number[], below: readonly number[]): Series =>
  above.map((v, t) => (below[t] === 0 ? Number.NaN : v / below[t]));

function supertrend(k: TwinInput): { line: Series; direction: Series } {
  const n = k.close.length;
  const range = atr(k, 10);
  const line = unknown(n);
  const direction = unknown(n);
  let upper = 0;
  let lower = 0;
  for (let t = 10; t < n; t++) {
    const hl2 = (k.high[t] + k.low[t]) / 2;
    const basicUpper = hl2 + 3 * range[t];
    const basicLower = hl2 - 3 * range[t];
    if (t === 10) {
      upper = basicUpper;
      lower = basicLower;
      direction[t] = k.close[t] > hl2 ? 1 : -1;
    } else {
      upper = k.close[t - 1] <= upper ? Math.min(basicUpper, upper) : basicUpper;
      lower = k.close[t - 1] >= lower ? Math.max(basicLower, lower) : basicLower;
      if (direction[t - 1] === -1) direction[t] = k.close[t] > upper ? 1 : -1;
      else direction[t] = k.close[t] < lower ? -1 : 1;
    }
    line[t] = direction[t] === 1 ? lower : upper;
  }
  return { line, direction };
}

/** TA-Lib SAR(0.02, 0.2), the two sides written out as Wilder tells them. */
const psar: Twin = ({ high, low }) => {
  const out = unknown(high.length);
  if (high.length < 2) return out;
  const down = low[0] - low[1];
  let isLong = !(down > 0 && down > high[1] - high[0]);
  let sar = isLong ? low[0] : high[0];
  let extreme = isLong ? high[1] : low[1];
  let factor = 0.02;
  for (let t = 1; t < high.length; t++) {
    const before = Math.max(t - 1, 1);
    const top = Math.max(high[before], high[t]);
    const bottom = Math.min(low[before], low[t]);
    const isHit = isLong ? low[t] <= sar : high[t] >= sar;
    if (isHit) {
      isLong = !isLong;
      sar = isLong ? Math.min(extreme, bottom) : Math.max(extreme, top);
      out[t] = sar;
      factor = 0.02;
      extreme = isLong ? high[t] : low[t];
    } else {
      out[t] = sar;
      const isFurther = isLong ? high[t] > extreme : low[t] < extreme;
      if (isFurther) {
        extreme = isLong ? high[t] : low[t];
        factor = Math.min(factor + 0.02, 0.2);
      }
    }
    sar = sar + factor * (extreme - sar);
    sar = isLong ? Math.min(sar, bottom) : Math.max(sar, top);
  }
  return out;
};

const rvol: Twin = ({ close }) => {
  const returns = close.map((c, t) => (t === 0 ? Number.NaN : Math.log(c / close[t - 1])));
  return rolling(returns, 20, (window) => Math.sqrt(squares(window) / 19));
};

/** One twin for every code of SPEC 3, in the order of its table. */
export const TWINS: Readonly<Record<string, Twin>> = {
  SMA20: sma(20),
  SMA50: sma(50),
  SMA200: sma(200),
  EMA9: ema(9),
  EMA12: ema(12),
  EMA20: ema(20),
  EMA21: ema(21),
  EMA26: ema(26),
  EMA50: ema(50),
  EMA200: ema(200),
  RSI14: rsi,
  MACD: (k) => macd(k).line,
  MACD_SIGNAL: (k) => macd(k).signal,
  MACD_HIST: (k) => {
    const { line, signal } = macd(k);
    return line.map((v, t) => v - signal[t]);
  },
  ADX14: (k) => directional(k).adx,
  PLUS_DI14: (k) => directional(k).plus,
  MINUS_DI14: (k) => directional(k).minus,
  ATR14: (k) => atr(k, 14),
  ATR_PCT14: (k) => atr(k, 14).map((v, t) => (100 * v) / k.close[t]),
  BB_UPPER20: (k) => bands(k).upper,
  BB_MIDDLE20: (k) => bands(k).middle,
  BB_LOWER20: (k) => bands(k).lower,
  BB_WIDTH20: (k) => {
    const { upper, middle, lower } = bands(k);
    return upper.map((u, t) => (u - lower[t]) / middle[t]);
  },
  BB_PCT_B20: (k) => {
    const { upper, lower } = bands(k);
    return quotient(
      k.close.map((c, t) => c - lower[t]),
      upper.map((u, t) => u - lower[t]),
    );
  },
  STOCH_K14: (k) => fromRow17(slowK(k)),
  STOCH_D14: (k) => fromRow17(rolling(slowK(k), 3, mean)),
  STOCH_RSI14: (k) => stochRsiOf(rsi(k)),
  CCI20: cci,
  WILLR14: williams,
  ROC10: ({ close }) => close.map((c, t) => (t < 10 ? Number.NaN : (c / close[t - 10] - 1) * 100)),
  MOM10: ({ close }) => close.map((c, t) => (t < 10 ? Number.NaN : c - close[t - 10])),
  MFI14: mfi,
  OBV: obv,
  CMF20: cmf,
  VWAP_D: vwap,
  VWAP_DEV: (k) => vwap(k).map((v, t) => (k.close[t] - v) / v),
  VOL_SMA20: volumeMean,
  VOL_RATIO20: (k) => quotient(k.volume, volumeMean(k)),
  TAKER_RATIO: (k) => quotient(k.takerBuyBase, k.volume),
  DONCHIAN_UPPER20: ({ high }) => rolling(high, 20, (window) => Math.max(...window)),
  DONCHIAN_LOWER20: ({ low }) => rolling(low, 20, (window) => Math.min(...window)),
  SUPERTREND: (k) => supertrend(k).line,
  SUPERTREND_DIR: (k) => supertrend(k).direction,
  PSAR: psar,
  RVOL20: rvol,
};
