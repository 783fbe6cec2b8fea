/** A line or histogram in a pane. */
export interface PaneSeries {
  readonly code: string;
  readonly kind: 'line' | 'histogram';
}

/** What is drawn together: pane 0 lies over the candles, each other one below them. */
export interface PaneGroup {
  readonly id: string;
  readonly title: string;
  readonly overlay: boolean;
  readonly series: readonly PaneSeries[];
  /** Horizontal guides. */
  readonly levels?: readonly number[];
}

const line = (code: string): PaneSeries => ({ code, kind: 'line' });

const GROUPS: readonly PaneGroup[] = [
  { id: 'ema', title: 'EMA 20, 50, 200', overlay: true, series: ['EMA20', 'EMA50', 'EMA200'].map(line) },
  { id: 'sma', title: 'SMA 20, 50, 200', overlay: true, series: ['SMA20', 'SMA50', 'SMA200'].map(line) },
  {
    id: 'bb',
    title: 'Bollinger bands',
    overlay: true,
    series: ['BB_UPPER20', 'BB_MIDDLE20', 'BB_LOWER20'].map(line),
  },
  {
    id: 'donchian',
    title: 'Donchian',
    overlay: true,
    series: ['DONCHIAN_UPPER20', 'DONCHIAN_LOWER20'].map(line),
  },
  { id: 'supertrend', title: 'Supertrend', overlay: true, series: [line('SUPERTREND')] },
  { id: 'vwap', title: 'VWAP', overlay: true, series: [line('VWAP_D')] },
  { id: 'rsi', title: 'RSI', overlay: false, series: [line('RSI14')], levels: [30, 50, 70] },
  {
    id: 'macd',
    title: 'MACD',
    overlay: false,
    series: [{ code: 'MACD_HIST', kind: 'histogram' }, line('MACD'), line('MACD_SIGNAL')],
  },
  {
    id: 'adx',
    title: 'ADX, DI',
    overlay: false,
    series: ['ADX14', 'PLUS_DI14', 'MINUS_DI14'].map(line),
    levels: [20],
  },
  {
    id: 'stoch',
    title: 'Stochastic',
    overlay: false,
    series: ['STOCH_K14', 'STOCH_D14'].map(line),
    levels: [20, 80],
  },
  { id: 'atr', title: 'ATR %', overlay: false, series: [line('ATR_PCT14')] },
  { id: 'mfi', title: 'Money flow', overlay: false, series: [line('MFI14')], levels: [20, 80] },
  { id: 'volratio', title: 'Volume ratio', overlay: false, series: [line('VOL_RATIO20')], levels: [1] },
];

/** Groups whose codes the catalog has; a code that belongs to none is a pane of its own. */
export function paneGroups(codes: readonly string[]): PaneGroup[] {
  const known = new Set(codes);
  const groups = GROUPS.filter(({ series }) => series.every(({ code }) => known.has(code)));
  const grouped = new Set(groups.flatMap(({ series }) => series.map(({ code }) => code)));
  const alone = codes
    .filter((code) => !grouped.has(code))
    .map((code): PaneGroup => ({ id: code, title: code, overlay: isPrice(code), series: [line(code)] }));
  return [...groups, ...alone];
}

/** Codes that are prices lie over the candles. */
function isPrice(code: string): boolean {
  return /^([SE]MA\d+|PSAR)$/.test(code);
}

/** A colour for each code: different within a pane, and among all that lies over the candles. */
export function seriesColors(
  groups: readonly PaneGroup[],
  colors: readonly string[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let overlaid = 0;
  for (const { overlay, series } of groups)
    series.forEach(({ code }, at) => {
      found.set(code, colors[(overlay ? overlaid++ : at) % colors.length]!);
    });
  return found;
}
