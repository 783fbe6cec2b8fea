/**
 * Naive twin of warehouse/analytics: SPEC 7 by plain loops over exported rows. Shares no code with the readers.
 */
export interface NaiveSignal {
  readonly symbol: string;
  readonly interval: string;
  readonly predictingAt: number;
  readonly isTradable: boolean;
  /** Neither result nor complete window. */
  readonly isPending: boolean;
  readonly result: NaiveTrade | null;
}

export interface NaiveTrade {
  readonly status: 'WIN' | 'LOSS' | 'EXPIRED';
  readonly confirmedAt: number;
  readonly pnl: number;
  readonly gross: number;
  readonly isAmbiguous: boolean;
  readonly hasGap: boolean;
}

type Closed = NaiveSignal & { readonly result: NaiveTrade };

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byTie = (a: NaiveSignal, b: NaiveSignal): number =>
  byText(a.symbol, b.symbol) || byText(a.interval, b.interval) || a.predictingAt - b.predictingAt;

/** Every figure and count of SPEC 7; null where undefined. */
export function naiveFigures(
  signals: readonly NaiveSignal[],
  { allocation = 0.1, confirmedOnly = false } = {},
): Record<string, number | null> {
  const closed = signals
    .filter((signal): signal is Closed => signal.result !== null)
    .sort((a, b) => a.result.confirmedAt - b.result.confirmedAt || byTie(a, b));
  const wins = closed.filter(({ result }) => result.status === 'WIN');
  const losses = closed.filter(({ result }) => result.status === 'LOSS');
  const confirmed = closed.filter(({ result }) => result.status !== 'EXPIRED');
  const counted = confirmedOnly ? confirmed : closed;
  const pnl = counted.map(({ result }) => result.pnl);
  const sum = (values: readonly number[]): number => {
    let total = 0;
    for (const value of values) total += value;
    return total;
  };
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : sum(values) / values.length;
  const deviation = (values: readonly number[]): number | null => {
    if (values.length < 2) return null;
    const middle = mean(values)!;
    let squares = 0;
    for (const value of values) squares += (value - middle) ** 2;
    return Math.sqrt(squares / (values.length - 1));
  };
  const over = (a: number | null, b: number | null): number | null =>
    a === null || b === null || b === 0 ? null : a / b;

  const winRate = confirmed.length === 0 ? null : wins.length / confirmed.length;
  const avgWin = mean(wins.map(({ result }) => result.pnl));
  const meanLoss = mean(losses.map(({ result }) => result.pnl));
  const avgLoss = meanLoss === null ? null : -meanLoss;
  const gains = sum(pnl.filter((value) => value > 0));
  const lost = Math.abs(sum(pnl.filter((value) => value < 0)));
  const rolling = (k: number): number | null =>
    confirmed.length < k
      ? null
      : confirmed.slice(-k).filter(({ result }) => result.status === 'WIN').length / k;
  const sqn = over(mean(pnl), deviation(pnl));
  const none = pnl.length === 0;
  return {
    predictions: signals.length,
    tradable: signals.filter((signal) => signal.isTradable).length,
    wins: wins.length,
    losses: losses.length,
    expired: closed.length - confirmed.length,
    unfilled: signals.filter(
      ({ isTradable, isPending, result }) => isTradable && !isPending && result === null,
    ).length,
    pending: signals.filter(({ isPending }) => isPending).length,
    ambiguous: closed.filter(({ result }) => result.isAmbiguous).length,
    with_gap: closed.filter(({ result }) => result.hasGap).length,
    win_rate: winRate,
    avg_win_pct: avgWin,
    avg_loss_pct: avgLoss,
    expectancy_pct: winRate === null ? null : winRate * (avgWin ?? 0) - (1 - winRate) * (avgLoss ?? 0),
    avg_pnl_pct: mean(pnl),
    total_pnl_pct: none ? null : sum(pnl),
    gross_pct: none ? null : sum(counted.map(({ result }) => result.gross)),
    profit_factor: none ? null : over(gains, lost),
    payoff: over(avgWin, avgLoss),
    rolling_win_rate_5: rolling(5),
    rolling_win_rate_10: rolling(10),
    rolling_win_rate_20: rolling(20),
    sqn: sqn === null ? null : sqn * Math.sqrt(pnl.length),
    ...naiveAccount(counted, allocation),
  };
}

function naiveAccount(trades: readonly Closed[], allocation: number): Record<string, number | null> {
  const room = Math.floor(1 / allocation);
  const taken: Closed[] = [];
  let open: Closed[] = [];
  for (const trade of [...trades].sort((a, b) => a.predictingAt - b.predictingAt || byTie(a, b))) {
    open = open.filter(({ result }) => result.confirmedAt > trade.predictingAt);
    const isHeld = open.some(
      ({ symbol, interval }) => symbol === trade.symbol && interval === trade.interval,
    );
    if (isHeld || open.length >= room) continue;
    open.push(trade);
    taken.push(trade);
  }
  const counts = { taken: taken.length, skipped: trades.length - taken.length };
  const nothing = { equity: null, drawdown: null, max_drawdown: null, max_drawdown_ms: null };
  if (taken.length === 0) return { ...counts, ...nothing, sharpe: null, sortino: null };

  const DAY = 86_400_000;
  let equity = 100;
  let peak = 100;
  let peakAt = taken[0]!.predictingAt;
  let maxDrawdown = 0;
  let longest = 0;
  let isUnder = false;
  const endOfDay = new Map<number, number>();
  taken.sort((a, b) => a.result.confirmedAt - b.result.confirmedAt || byTie(a, b));
  for (const { result } of taken) {
    equity *= 1 + (allocation * result.pnl) / 100;
    if (equity >= peak) {
      if (isUnder) longest = Math.max(longest, result.confirmedAt - peakAt);
      peak = equity;
      peakAt = result.confirmedAt;
      isUnder = false;
    } else {
      isUnder = true;
      maxDrawdown = Math.max(maxDrawdown, 1 - equity / peak);
    }
    endOfDay.set(Math.floor(result.confirmedAt / DAY), equity);
  }
  const lastAt = taken.at(-1)!.result.confirmedAt;
  if (isUnder) longest = Math.max(longest, lastAt - peakAt);

  const returns: number[] = [];
  let before = 100;
  for (let day = Math.min(...endOfDay.keys()); day <= Math.floor(lastAt / DAY); day++) {
    const after = endOfDay.get(day) ?? before;
    returns.push(after / before - 1);
    before = after;
  }
  const n = returns.length;
  const middle = returns.reduce((total, value) => total + value, 0) / n;
  const spread = Math.sqrt(returns.reduce((total, value) => total + (value - middle) ** 2, 0) / (n - 1));
  const downside = Math.sqrt(returns.reduce((total, value) => total + Math.min(value, 0) ** 2, 0) / (n - 1));
  return {
    ...counts,
    equity,
    drawdown: 1 - equity / peak,
    max_drawdown: maxDrawdown,
    max_drawdown_ms: longest,
    sharpe: n < 2 || spread === 0 ? null : (middle / spread) * Math.sqrt(365),
    sortino: n < 2 || downside === 0 ? null : (middle / downside) * Math.sqrt(365),
  };
}

/** TREND, MOMENTUM and VOLATILITY labels of a row; EDGE is the prediction's own. */
export function naiveRegimes(
  close: readonly number[],
  ema200: readonly (number | null)[],
  macdHist: readonly (number | null)[],
  atrPct: readonly (number | null)[],
  t: number,
): string[] {
  const labels: string[] = [];
  if (ema200[t] !== null) labels.push(close[t]! > ema200[t]! ? 'TREND_UP' : 'TREND_DOWN');
  if (macdHist[t] !== null) labels.push(macdHist[t]! > 0 ? 'MOMENTUM_POS' : 'MOMENTUM_NEG');
  const before = atrPct.slice(Math.max(0, t - 200), t);
  if (atrPct[t] !== null && before.length === 200 && before.every((value) => value !== null)) {
    const sorted = (before as number[]).sort((a, b) => a - b);
    const median = (sorted[99]! + sorted[100]!) / 2;
    labels.push(atrPct[t]! > median ? 'VOLATILITY_HIGH' : 'VOLATILITY_LOW');
  }
  return labels;
}
