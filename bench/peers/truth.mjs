// The direct two-pass computation over the window (SPEC 3), for the codes in which TA-Lib carries sums from row to row or
// departs from SPEC 3 on a flat window. Slow and plain on purpose: every row is computed afresh.

/** A window of equal values has exactly that mean. */
function mean(x, t, n) {
  let sum = 0;
  let isFlat = true;
  for (let i = t - n + 1; i <= t; i++) {
    sum += x[i];
    if (x[i] !== x[t]) isFlat = false;
  }
  return isFlat ? x[t] : sum / n;
}

function deviation(x, t, n) {
  const middle = mean(x, t, n);
  let sum = 0;
  for (let i = t - n + 1; i <= t; i++) sum += (x[i] - middle) ** 2;
  return Math.sqrt(sum / n);
}

/** Place of the close in the range of n bars, 0 to 100; `flat` where the range is 0. */
function place(k, t, n, flat) {
  let top = -Infinity;
  let bottom = Infinity;
  for (let i = t - n + 1; i <= t; i++) {
    top = Math.max(top, k.high[i]);
    bottom = Math.min(bottom, k.low[i]);
  }
  return top === bottom ? flat : (100 * (k.close[t] - bottom)) / (top - bottom);
}

const smoothK = (k, t) => (place(k, t - 2, 14, 50) + place(k, t - 1, 14, 50) + place(k, t, 14, 50)) / 3;

/** Moves of the close over rows 1..t are all 0: only then are both averages of the RSI exactly 0. */
function isFlatSoFar(k, t) {
  if (k.flatUntil === undefined) {
    let row = 0;
    while (row + 1 < k.close.length && k.close[row + 1] === k.close[0]) row++;
    k.flatUntil = row;
  }
  return t <= k.flatUntil;
}

function cci(k, t) {
  const middle = mean(k.typical, t, 20);
  let spread = 0;
  for (let i = t - 19; i <= t; i++) spread += Math.abs(k.typical[i] - middle);
  return spread === 0 ? 0 : (k.typical[t] - middle) / (0.015 * (spread / 20));
}

function mfi(k, t) {
  let up = 0;
  let down = 0;
  for (let i = t - 13; i <= t; i++) {
    const flow = k.typical[i] * k.volume[i];
    if (k.typical[i] > k.typical[i - 1]) up += flow;
    else if (k.typical[i] < k.typical[i - 1]) down += flow;
  }
  return up + down === 0 ? 50 : (100 * up) / (up + down);
}

/** Code -> (klines, row) -> value, NaN where it has nothing to say. */
export const TRUTH = {
  SMA20: (k, t) => mean(k.close, t, 20),
  SMA50: (k, t) => mean(k.close, t, 50),
  SMA200: (k, t) => mean(k.close, t, 200),
  VOL_SMA20: (k, t) => mean(k.volume, t, 20),
  BB_UPPER20: (k, t) => mean(k.close, t, 20) + 2 * deviation(k.close, t, 20),
  BB_MIDDLE20: (k, t) => mean(k.close, t, 20),
  BB_LOWER20: (k, t) => mean(k.close, t, 20) - 2 * deviation(k.close, t, 20),
  RSI14: (k, t) => (isFlatSoFar(k, t) ? 50 : Number.NaN),
  STOCH_K14: smoothK,
  STOCH_D14: (k, t) => (smoothK(k, t - 2) + smoothK(k, t - 1) + smoothK(k, t)) / 3,
  WILLR14: (k, t) => place(k, t, 14, 50) - 100,
  CCI20: cci,
  MFI14: mfi,
};

/** s of SPEC 3's tolerance `1e-9 * max(|a|, |b|, s)`; 0 where a code is not named. */
export function scaleOf(code, close) {
  if (code === 'CCI20') return 1000;
  if (/^(MACD.*|MOM10|ATR14)$/.test(code)) return close;
  return /^(RSI14|ADX14|(PLUS|MINUS)_DI14|STOCH_.*|WILLR14|MFI14|ROC10)$/.test(code) ? 1 : 0;
}
