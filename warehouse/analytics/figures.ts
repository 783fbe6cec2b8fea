/** Counts of SPEC 7. */
export interface Counts {
  readonly predictions: number;
  readonly tradable: number;
  readonly wins: number;
  readonly losses: number;
  readonly expired: number;
  /** Tradable, without a result although the window is complete: no bar traded in it. */
  readonly unfilled: number;
  /** Tradable, and the window is not complete. */
  readonly pending: number;
  readonly ambiguous: number;
  readonly with_gap: number;
}

/** Figures of SPEC 7 beside the counts, by name. */
export const FIGURE_NAMES = [
  'win_rate',
  'avg_win_pct',
  'avg_loss_pct',
  'expectancy_pct',
  'avg_pnl_pct',
  'total_pnl_pct',
  'gross_pct',
  'profit_factor',
  'payoff',
  'rolling_win_rate_5',
  'rolling_win_rate_10',
  'rolling_win_rate_20',
  'equity',
  'drawdown',
  'max_drawdown',
  'max_drawdown_ms',
  'sharpe',
  'sortino',
  'sqn',
] as const;
export type FigureName = (typeof FIGURE_NAMES)[number];

/** Counts and figures of one group of predictions; null where undefined, with the reason by name in `null_reasons`. */
export interface Figures extends Counts, Readonly<Record<FigureName, number | null>> {
  /** Trades that the account took, and those that it had no room for. */
  readonly taken: number;
  readonly skipped: number;
  readonly null_reasons: Readonly<Record<string, string>>;
}

/** A row of summary.sql: what the figures are made of. */
export interface SummaryRow extends Counts {
  readonly g: number;
  readonly label: string;
  readonly trades: number;
  readonly win_pnl: number | null;
  readonly loss_pnl: number | null;
  readonly pnl: number | null;
  readonly gross: number | null;
  readonly gained: number | null;
  readonly lost: number | null;
  readonly deviation: number | null;
}

/** A row of drawdown.sql. */
export interface DrawdownRow {
  readonly g: number;
  readonly taken: number;
  readonly equity: number;
  readonly lowest: number;
  readonly drawdown: number;
  readonly max_drawdown: number;
  readonly max_drawdown_ms: number;
}

/** A row of returns.sql. */
export interface ReturnsRow {
  readonly g: number;
  readonly days: number;
  readonly mean: number;
  readonly deviation: number | null;
  readonly downside: number | null;
}

/** A row of rolling.sql. */
export interface RollingRow {
  readonly g: number;
  readonly n: number;
  readonly confirmed_at: number;
  readonly rolling_win_rate_5: number | null;
  readonly rolling_win_rate_10: number | null;
  readonly rolling_win_rate_20: number | null;
}

/** What the queries found of one group; absent where it has no such row. */
export interface GroupParts {
  readonly summary: SummaryRow;
  readonly rolling: RollingRow | undefined;
  readonly drawdown: DrawdownRow | undefined;
  readonly returns: ReturnsRow | undefined;
  readonly skipped: number;
  readonly confirmedOnly: boolean;
}

/** A value, or why there is none. */
type Figure = number | { readonly why: string };

const DAYS_A_YEAR = 365;

/** The figures of one group. */
export function figuresOf(parts: GroupParts): Figures {
  const { predictions, tradable, wins, losses, expired, unfilled, pending, ambiguous, with_gap } =
    parts.summary;
  const values: Readonly<Record<FigureName, Figure>> = {
    ...tradeFigures(parts),
    ...rollingFigures(parts),
    ...accountFigures(parts),
  };
  const figures = {} as Record<FigureName, number | null>;
  const null_reasons: Record<string, string> = {};
  for (const name of FIGURE_NAMES) {
    const value = values[name];
    figures[name] = typeof value === 'number' ? value : null;
    if (typeof value !== 'number') null_reasons[name] = value.why;
  }
  const counts = { predictions, tradable, wins, losses, expired, unfilled, pending, ambiguous, with_gap };
  return { ...counts, taken: parts.drawdown?.taken ?? 0, skipped: parts.skipped, ...figures, null_reasons };
}

const noneClosed = ({ confirmedOnly }: GroupParts): { readonly why: string } => ({
  why: confirmedOnly ? 'no WIN or LOSS' : 'no closed trade',
});

function tradeFigures(parts: GroupParts) {
  const { wins, losses, trades, win_pnl, loss_pnl, pnl, gross, gained, lost, deviation } = parts.summary;
  const confirmed = wins + losses;
  const noneConfirmed = { why: 'no WIN or LOSS' };
  const noWin = { why: 'no WIN' };
  const noLoss = { why: 'no LOSS' };
  const none = noneClosed(parts);
  const winRate = wins / confirmed;
  const avgWin = (win_pnl ?? 0) / wins;
  const avgLoss = -(loss_pnl ?? 0) / losses;
  // A side without trades adds 0.
  const expectancy = (wins === 0 ? 0 : winRate * avgWin) - (losses === 0 ? 0 : (1 - winRate) * avgLoss);
  const mean = (pnl ?? 0) / trades;
  return {
    win_rate: confirmed === 0 ? noneConfirmed : winRate,
    avg_win_pct: wins === 0 ? noWin : avgWin,
    avg_loss_pct: losses === 0 ? noLoss : avgLoss,
    expectancy_pct: confirmed === 0 ? noneConfirmed : expectancy,
    avg_pnl_pct: trades === 0 ? none : mean,
    total_pnl_pct: trades === 0 ? none : pnl!,
    gross_pct: trades === 0 ? none : gross!,
    profit_factor:
      lost === null ? (trades === 0 ? none : { why: 'no trade lost' }) : (gained ?? 0) / Math.abs(lost),
    payoff: payoffOf(wins, losses, avgWin, avgLoss),
    sqn: ratio(trades, mean, deviation, Math.sqrt(trades), {
      none,
      few: 'fewer than two trades',
      flat: 'every pnl is the same',
    }),
  };
}

function payoffOf(wins: number, losses: number, avgWin: number, avgLoss: number): Figure {
  if (wins === 0) return { why: 'no WIN' };
  if (losses === 0) return { why: 'no LOSS' };
  return avgLoss === 0 ? { why: 'the mean of LOSS is 0' } : avgWin / avgLoss;
}

function rollingFigures({ summary, rolling }: GroupParts) {
  const confirmed = summary.wins + summary.losses;
  const of = (value: number | null | undefined, k: number): Figure =>
    value ?? {
      why: confirmed === 0 ? 'no WIN or LOSS' : `fewer than ${k} WIN and LOSS`,
    };
  return {
    rolling_win_rate_5: of(rolling?.rolling_win_rate_5, 5),
    rolling_win_rate_10: of(rolling?.rolling_win_rate_10, 10),
    rolling_win_rate_20: of(rolling?.rolling_win_rate_20, 20),
  };
}

function accountFigures(parts: GroupParts) {
  const { drawdown, returns } = parts;
  const none = noneClosed(parts);
  // A day's return on nothing, or on less, is no number.
  const ruined = drawdown !== undefined && drawdown.lowest <= 0 ? { why: 'equity fell to 0' } : null;
  const sharpe = (deviation: number | null | undefined, flat: string): Figure =>
    ruined ??
    ratio(returns?.days ?? 0, returns?.mean ?? 0, deviation ?? null, Math.sqrt(DAYS_A_YEAR), {
      none,
      few: 'fewer than two days',
      flat,
    });
  return {
    equity: drawdown?.equity ?? none,
    drawdown: drawdown?.drawdown ?? none,
    max_drawdown: drawdown?.max_drawdown ?? none,
    max_drawdown_ms: drawdown?.max_drawdown_ms ?? none,
    sharpe: sharpe(returns?.deviation, 'every day returned the same'),
    sortino: sharpe(returns?.downside, 'no day lost'),
  };
}

/** mean / deviation * scale of n values. */
function ratio(
  n: number,
  mean: number,
  deviation: number | null,
  scale: number,
  reasons: { readonly none: { readonly why: string }; readonly few: string; readonly flat: string },
): Figure {
  if (n === 0) return reasons.none;
  if (n < 2) return { why: reasons.few };
  return deviation === null || deviation === 0 ? { why: reasons.flat } : (mean / deviation) * scale;
}
