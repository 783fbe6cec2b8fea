/** Codes that SQL's windows can express, and the expressions that make them. */
export interface SqlWindow {
  readonly codes: Readonly<Record<string, string>>;
  /** What the expressions read; `klines` where it is left out. */
  readonly from?: string;
}

const typical = '(high + low + close) / 3';
const flow = (sign: string): string =>
  `sum(CASE WHEN tp ${sign} before THEN tp * volume ELSE 0 END) OVER w14`;
const returned = 'ln(close / lag(close) OVER w)';

/** Windows by name: `w`, everything up to the row; `wN`, the N rows that end with it; `day`, the UTC day up to the row. */
export const WINDOWS = [
  'w AS (ORDER BY open_time)',
  ...[3, 14, 20, 50, 200].map((n) => `w${n} AS (w ROWS BETWEEN ${n - 1} PRECEDING AND CURRENT ROW)`),
  'day AS (PARTITION BY open_time // 86400000 ORDER BY open_time)',
].join(', ');

/**
 * What windows cannot express is left out: everything recursive (EMA, RSI, MACD, ATR, ADX, PSAR, SUPERTREND), and CCI20, whose
 * deviations are from each window's own mean. Rows before a code's first one hold what fewer rows make; nobody reads them.
 */
export const SQL_WINDOWS: readonly SqlWindow[] = [
  ...[20, 50, 200].map((n) => ({ codes: { [`SMA${n}`]: `avg(close) OVER w${n}` } })),
  {
    codes: {
      BB_UPPER20: 'avg(close) OVER w20 + 2 * stddev_pop(close) OVER w20',
      BB_MIDDLE20: 'avg(close) OVER w20',
      BB_LOWER20: 'avg(close) OVER w20 - 2 * stddev_pop(close) OVER w20',
    },
  },
  {
    codes: { STOCH_K14: 'k', STOCH_D14: 'avg(k) OVER w3' },
    from: `(SELECT open_time, avg(fast) OVER w3 AS k FROM (
      SELECT open_time, 100 * (close - min(low) OVER w14) / (max(high) OVER w14 - min(low) OVER w14) AS fast
      FROM klines WINDOW ${WINDOWS}) WINDOW ${WINDOWS})`,
  },
  { codes: { WILLR14: '-100 * (max(high) OVER w14 - close) / (max(high) OVER w14 - min(low) OVER w14)' } },
  { codes: { ROC10: '100 * (close / lag(close, 10) OVER w - 1)' } },
  { codes: { MOM10: 'close - lag(close, 10) OVER w' } },
  {
    codes: { MFI14: `100 * ${flow('>')} / (${flow('>')} + ${flow('<')})` },
    from: `(SELECT open_time, volume, ${typical} AS tp, lag(${typical}) OVER w AS before FROM klines WINDOW ${WINDOWS})`,
  },
  {
    codes: { OBV: 'sum(step) OVER w' },
    from: `(SELECT open_time, coalesce(sign(close - lag(close) OVER w), 1) * volume AS step FROM klines WINDOW ${WINDOWS})`,
  },
  {
    codes: {
      CMF20: `sum(CASE WHEN high = low THEN 0 ELSE volume * (close - low - (high - close)) / (high - low) END) OVER w20
        / nullif(sum(volume) OVER w20, 0)`,
    },
  },
  { codes: { VWAP_D: `sum(${typical} * volume) OVER day / nullif(sum(volume) OVER day, 0)` } },
  { codes: { VOL_SMA20: 'avg(volume) OVER w20' } },
  { codes: { VOL_RATIO20: 'volume / nullif(avg(volume) OVER w20, 0)' } },
  { codes: { DONCHIAN_UPPER20: 'max(high) OVER w20', DONCHIAN_LOWER20: 'min(low) OVER w20' } },
  {
    codes: { RVOL20: 'stddev_samp(step) OVER w20' },
    from: `(SELECT open_time, ${returned} AS step FROM klines WINDOW ${WINDOWS})`,
  },
];

/** A query of one row a bar, in time order, one column a code. */
export function windowQuery({ codes, from = 'klines' }: SqlWindow): string {
  const columns = Object.entries(codes).map(([code, expression]) => `${expression} AS ${code}`);
  return `SELECT ${columns.join(', ')} FROM ${from} WINDOW ${WINDOWS} ORDER BY open_time`;
}
