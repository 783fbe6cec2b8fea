import type { Comparison, Decision, Grouping, ReportRow, StrategyOverview } from '../warehouse/index.js';
import { counted, duration, fixed, percent, time, whole } from './format.js';
import { table } from './table.js';

/** Changes shown to people; --json has them all. */
const SHOWN_CHANGES = 20;

const left = (head: string) => ({ head, left: true });

/** A line a strategy and group. */
export function reportText(rows: readonly ReportRow[], by: Grouping = 'partition'): string {
  const ofPartition = by === 'partition';
  const columns = [
    left('strategy'),
    ...(ofPartition ? [left('symbol'), left('interval'), { head: 'bars' }] : [left(by)]),
    { head: 'predictions' },
    { head: 'tradable' },
    { head: 'wins' },
    { head: 'losses' },
    { head: 'expired' },
    { head: 'win rate' },
    { head: 'expectancy %' },
    { head: 'total pnl %' },
    { head: 'equity' },
    { head: 'max drawdown' },
    { head: 'sharpe' },
  ];
  return table(
    columns,
    rows.map((row) => [
      `${row.strategy}@${row.version}`,
      ...(ofPartition ? [row.symbol, row.interval, whole(row.bars)] : [row.group]),
      whole(row.predictions),
      whole(row.tradable),
      whole(row.wins),
      whole(row.losses),
      whole(row.expired),
      percent(row.win_rate),
      fixed(row.expectancy_pct, 3),
      fixed(row.total_pnl_pct, 1),
      fixed(row.equity, 1),
      percent(row.max_drawdown),
      fixed(row.sharpe, 2),
    ]),
  );
}

/** All there is to say of a strategy version. */
export function overviewText(overview: StrategyOverview): string {
  const parts = [`${overview.strategy}@${overview.version}, all in all`, figuresText([overview])];
  if (overview.excursions.length > 0) parts.push(excursionsText(overview));
  if (overview.metrics.length > 0) parts.push(metricsText(overview));
  return parts.join('\n\n');
}

/** Figures by name, a column an overview. */
function figuresText(overviews: readonly StrategyOverview[]): string {
  const lines: [string, (row: StrategyOverview) => string | null][] = [
    ['predictions, tradable', (row) => `${whole(row.predictions)}, ${whole(row.tradable)}`],
    ['wins, losses, expired', (row) => `${whole(row.wins)}, ${whole(row.losses)}, ${whole(row.expired)}`],
    ['unfilled, pending', (row) => `${whole(row.unfilled)}, ${whole(row.pending)}`],
    ['ambiguous, with a gap', (row) => `${whole(row.ambiguous)}, ${whole(row.with_gap)}`],
    ['win rate', (row) => percent(row.win_rate)],
    ['  over the last 5, 10, 20', rollingText],
    [
      'average win, loss %',
      (row) => `${fixed(row.avg_win_pct, 3) ?? '-'}, ${fixed(row.avg_loss_pct, 3) ?? '-'}`,
    ],
    ['expectancy %', (row) => fixed(row.expectancy_pct, 3)],
    [
      'average, total pnl %',
      (row) => `${fixed(row.avg_pnl_pct, 3) ?? '-'}, ${fixed(row.total_pnl_pct, 1) ?? '-'}`,
    ],
    ['total before costs %', (row) => fixed(row.gross_pct, 1)],
    [
      'profit factor, payoff',
      (row) => `${fixed(row.profit_factor, 3) ?? '-'}, ${fixed(row.payoff, 3) ?? '-'}`,
    ],
    ['equity (from 100)', (row) => fixed(row.equity, 2)],
    ['  trades taken, skipped', (row) => `${whole(row.taken)}, ${whole(row.skipped)}`],
    [
      'drawdown now, at most',
      (row) => `${percent(row.drawdown) ?? '-'}, ${percent(row.max_drawdown) ?? '-'}`,
    ],
    ['  longest', (row) => (row.max_drawdown_ms === null ? null : days(row.max_drawdown_ms))],
    ['sharpe, sortino', (row) => `${fixed(row.sharpe, 2) ?? '-'}, ${fixed(row.sortino, 2) ?? '-'}`],
    ['sqn', (row) => fixed(row.sqn, 2)],
    [
      'longest run of wins, losses',
      ({ streaks }) => streaks && `${streaks.max_win_streak}, ${streaks.max_loss_streak}`,
    ],
  ];
  const heads =
    overviews.length === 1 ? [left('')] : overviews.map((row) => left(`${row.strategy}@${row.version}`));
  return table(
    [left(''), ...heads],
    lines.map(([name, value]) => [name, ...overviews.map(value)]),
  ).replace(/^\s*\n/, '');
}

function rollingText(row: StrategyOverview): string {
  return [row.rolling_win_rate_5, row.rolling_win_rate_10, row.rolling_win_rate_20]
    .map((rate) => percent(rate) ?? '-')
    .join(', ');
}

function days(ms: number): string {
  return ms < 86_400_000 ? duration(ms) : counted(Math.round(ms / 86_400_000), 'day');
}

function excursionsText({ excursions }: StrategyOverview): string {
  return table(
    [
      left('returns on the way, %'),
      { head: 'trades' },
      { head: 'best: mean' },
      { head: 'median' },
      { head: 'worst: mean' },
      { head: 'median' },
    ],
    excursions.map((row) => [
      row.result_status,
      whole(row.trades),
      fixed(row.avg_mfe_pct, 3),
      fixed(row.median_mfe_pct, 3),
      fixed(row.avg_mae_pct, 3),
      fixed(row.median_mae_pct, 3),
    ]),
  );
}

function metricsText({ metrics }: StrategyOverview): string {
  return table(
    [
      left('trades where the metric was 1'),
      left('side'),
      { head: 'weight' },
      { head: 'trades' },
      { head: 'win rate' },
      { head: 'avg pnl %' },
      { head: 'others: trades' },
      { head: 'win rate' },
      { head: 'avg pnl %' },
    ],
    metrics.map((row) => [
      row.metric,
      row.side,
      String(row.metric_weight),
      whole(row.trades),
      percent(row.win_rate),
      fixed(row.avg_pnl_pct, 3),
      whole(row.other_trades),
      percent(row.other_win_rate),
      fixed(row.other_avg_pnl_pct, 3),
    ]),
  );
}

/** Two versions side by side, and the first bars whose decision differs. */
export function comparisonText(comparison: Comparison, overall: readonly StrategyOverview[]): string {
  const { first, second, bars, only_first, only_second, changed, changes } = comparison;
  const shown = changes.slice(0, SHOWN_CHANGES);
  const parts = [
    `${first} beside ${second}`,
    figuresText(overall),
    `${counted(changed, 'decision')} of ${counted(bars, 'bar')} differ; ${counted(only_first, 'bar')} only in ${first}, ${whole(only_second)} only in ${second}`,
  ];
  if (shown.length > 0)
    parts.push(
      table(
        [left('symbol'), left('interval'), left('at (UTC)'), left(first), left(second)],
        shown.map((change) => [
          change.symbol,
          change.interval,
          time(change.predicting_at),
          decisionText(change.first),
          decisionText(change.second),
        ]),
      ),
    );
  if (changed > shown.length) parts.push(`... ${whole(changed - shown.length)} more with --json`);
  return parts.join('\n\n');
}

function decisionText({ decision, no_trade_reason, buy_score, sell_score }: Decision): string {
  const scores = `(${fixed(buy_score, 2)} to ${fixed(sell_score, 2)})`;
  return `${decision === 'NONE' ? no_trade_reason : decision} ${scores}`;
}
