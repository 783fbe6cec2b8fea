/** SPEC 3's scales s of `|a - b| <= 1e-9 * max(|a|, |b|, s)`; 0 where none is named. */
const SCALES: readonly [RegExp, (close: number) => number][] = [
  [/^(RSI|ADX|PLUS_DI|MINUS_DI|STOCH|WILLR|MFI|ROC)|^(BB_WIDTH20|BB_PCT_B20|CMF20|VWAP_DEV)$/, () => 1],
  [/^CCI20$/, () => 1000],
  [/^RVOL20$/, () => 1e-3],
  [/^(MACD|MOM|ATR)/, (close) => close],
];

/** Largest difference that SPEC 3 allows between two values of a code at a bar with this close. */
export function allowedDifference(code: string, a: number, b: number, close: number): number {
  const scale = SCALES.find(([pattern]) => pattern.test(code))?.[1](close) ?? 0;
  return 1e-9 * Math.max(Math.abs(a), Math.abs(b), scale);
}
