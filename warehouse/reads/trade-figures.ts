/** One closed trade, as far as the figures need it. */
export interface ClosedTrade {
  /** WIN, LOSS or EXPIRED. */
  readonly status: string;
  readonly pnlPct: number;
  readonly grossPct: number;
}

/** Figures of SPEC 7; null where undefined, with the reason by name in `null_reasons`. */
export interface TradeFigures {
  readonly win_rate: number | null;
  readonly avg_win_pct: number | null;
  readonly avg_loss_pct: number | null;
  readonly expectancy_pct: number | null;
  readonly avg_pnl_pct: number | null;
  readonly total_pnl_pct: number | null;
  readonly gross_pct: number | null;
  readonly profit_factor: number | null;
  readonly payoff: number | null;
  readonly null_reasons: Readonly<Record<string, string>>;
}

/**
 * Figures of trades in trade order. win_rate and expectancy count WIN and LOSS, the sums and means of pnl every closed
 * trade.
 */
export function tradeFigures(trades: readonly ClosedTrade[]): TradeFigures {
  const wins = trades.filter((trade) => trade.status === 'WIN');
  const losses = trades.filter((trade) => trade.status === 'LOSS');
  const confirmed = wins.length + losses.length;
  const sum = (of: readonly ClosedTrade[], value: (trade: ClosedTrade) => number): number =>
    of.reduce((total, trade) => total + value(trade), 0);
  const pnl = (trade: ClosedTrade): number => trade.pnlPct;

  const avgWin = sum(wins, pnl) / wins.length;
  const avgLoss = -sum(losses, pnl) / losses.length;
  const winRate = wins.length / confirmed;
  const total = sum(trades, pnl);
  const gains = sum(
    trades.filter((trade) => trade.pnlPct > 0),
    pnl,
  );
  const lost = Math.abs(
    sum(
      trades.filter((trade) => trade.pnlPct < 0),
      pnl,
    ),
  );
  const reasons: Record<string, string> = {};
  const figure = (name: string, isDefined: boolean, reason: string, value: number): number | null => {
    if (isDefined) return value;
    reasons[name] = reason;
    return null;
  };
  const noneClosed = 'no closed trade';
  const noneConfirmed = 'no WIN or LOSS';
  const noWin = 'no WIN';
  const noLoss = 'no LOSS';
  // A side without trades adds 0.
  const expectancy =
    (wins.length === 0 ? 0 : winRate * avgWin) - (losses.length === 0 ? 0 : (1 - winRate) * avgLoss);
  return {
    win_rate: figure('win_rate', confirmed > 0, noneConfirmed, winRate),
    avg_win_pct: figure('avg_win_pct', wins.length > 0, noWin, avgWin),
    avg_loss_pct: figure('avg_loss_pct', losses.length > 0, noLoss, avgLoss),
    expectancy_pct: figure('expectancy_pct', confirmed > 0, noneConfirmed, expectancy),
    avg_pnl_pct: figure('avg_pnl_pct', trades.length > 0, noneClosed, total / trades.length),
    total_pnl_pct: figure('total_pnl_pct', trades.length > 0, noneClosed, total),
    gross_pct: figure(
      'gross_pct',
      trades.length > 0,
      noneClosed,
      sum(trades, (trade) => trade.grossPct),
    ),
    profit_factor: figure(
      'profit_factor',
      lost > 0,
      trades.length === 0 ? noneClosed : 'no trade lost',
      gains / lost,
    ),
    payoff: figure(
      'payoff',
      wins.length > 0 && losses.length > 0 && avgLoss !== 0,
      wins.length === 0 ? noWin : losses.length === 0 ? noLoss : 'the mean of LOSS is 0',
      avgWin / avgLoss,
    ),
    null_reasons: reasons,
  };
}
