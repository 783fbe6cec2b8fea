import { getPerformance } from '../data/api.js';
import type { FigureRow } from '../data/types.js';
import { useQuery } from '../data/use-query.js';
import { count, duration, fixed, percent, share, tone } from '../format.js';
import { Card } from '../ui/card.js';
import { FilterBar } from '../ui/filter-bar.js';
import { PageHead } from '../ui/page-head.js';
import { Empty, Shown } from '../ui/states.js';
import { type Stat, Stats } from '../ui/stats.js';
import { hashOf, type View } from '../url.js';
import { EquityCard } from './performance/equity-card.js';
import { MetricCard } from './performance/metric-card.js';
import { MonthCard } from './performance/month-card.js';
import { RollingCard } from './performance/rolling-card.js';
import { TradesCards } from './performance/trades-cards.js';

/** One strategy within the filters: what it earned, when, and how its trades went. */
export function Performance({ view }: { readonly view: View }) {
  const { filters } = view;
  const query = useQuery(`performance ${JSON.stringify(filters)}`, (signal) =>
    getPerformance({ ...filters, by: 'all' }, signal),
  );
  return (
    <>
      <PageHead title="Performance" about="What was earned after costs, and how deep it went under water.">
        <FilterBar
          show={['strategy', 'symbol', 'interval', 'side', 'from', 'to', 'confirmed_only']}
          filters={filters}
        />
      </PageHead>
      <Shown query={query} what="figures">
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No predictions within these filters">
              Widen the range, or choose another strategy.
            </Empty>
          ) : rows.length > 1 ? (
            <Choose rows={rows} filters={filters} />
          ) : (
            <Of row={rows[0]!} filters={filters} />
          )
        }
      </Shown>
    </>
  );
}

/** Several strategies are no account: one is to be chosen. */
function Choose({
  rows,
  filters,
}: {
  readonly rows: readonly FigureRow[];
  readonly filters: View['filters'];
}) {
  return (
    <Card title="Choose a strategy" note="Each has an account of its own.">
      <div class="filters">
        {rows.map(({ strategy, version, wins, losses, expired }) => (
          <a
            key={strategy}
            class="button"
            href={hashOf('performance', { ...filters, strategy: `${strategy}@${version}` })}
          >
            {strategy}@{version} <span class="muted">{count(wins + losses + expired)} trades</span>
          </a>
        ))}
      </div>
    </Card>
  );
}

function Of({ row, filters }: { readonly row: FigureRow; readonly filters: View['filters'] }) {
  const own = { ...filters, strategy: `${row.strategy}@${row.version}` };
  return (
    <div class="stack">
      <Stats stats={statsOf(row)} />
      <EquityCard filters={own} />
      <RollingCard filters={own} />
      <MonthCard filters={own} />
      <TradesCards filters={own} />
      <MetricCard filters={own} />
    </div>
  );
}

function statsOf(row: FigureRow): Stat[] {
  const figure = (
    name: string,
    field: keyof FigureRow['null_reasons'] & string,
    text: string,
    toneOf = '',
  ): Stat => ({ name, field, text, tone: toneOf, why: row.null_reasons[field] });
  return [
    figure('Win rate', 'win_rate', share(row.win_rate)),
    figure('Expectancy', 'expectancy_pct', percent(row.expectancy_pct), tone(row.expectancy_pct)),
    figure('Profit factor', 'profit_factor', fixed(row.profit_factor), tone(row.profit_factor, 1)),
    figure('Total', 'total_pnl_pct', percent(row.total_pnl_pct, 1), tone(row.total_pnl_pct)),
    figure('Before costs', 'gross_pct', percent(row.gross_pct, 1), tone(row.gross_pct)),
    figure('Mean win', 'avg_win_pct', percent(row.avg_win_pct), tone(row.avg_win_pct)),
    figure('Mean loss', 'avg_loss_pct', share(row.avg_loss_pct === null ? null : row.avg_loss_pct / 100, 3)),
    figure('Payoff', 'payoff', fixed(row.payoff)),
    figure('Equity', 'equity', fixed(row.equity), tone(row.equity, 100)),
    figure('Max drawdown', 'max_drawdown', share(row.max_drawdown)),
    figure('Longest under water', 'max_drawdown_ms', duration(row.max_drawdown_ms)),
    figure('Sharpe', 'sharpe', fixed(row.sharpe), tone(row.sharpe)),
    figure('Sortino', 'sortino', fixed(row.sortino), tone(row.sortino)),
    figure('SQN', 'sqn', fixed(row.sqn), tone(row.sqn)),
    figure('Wins', 'wins', count(row.wins)),
    figure('Losses', 'losses', count(row.losses)),
    figure('Expired', 'expired', count(row.expired)),
    figure('Pending', 'pending', count(row.pending)),
    figure('Unfilled', 'unfilled', count(row.unfilled)),
    figure('Skipped by the account', 'skipped', count(row.skipped)),
  ];
}
