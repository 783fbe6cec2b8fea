import { Sparkline } from '../charts/sparkline.js';
import { getEquity, getPerformance } from '../data/api.js';
import type { FigureRow } from '../data/types.js';
import { useQuery } from '../data/use-query.js';
import { count, fixed, percent, share, tone, UNKNOWN } from '../format.js';
import { Card } from '../ui/card.js';
import { FilterBar } from '../ui/filter-bar.js';
import { PageHead } from '../ui/page-head.js';
import { Empty, Shown } from '../ui/states.js';
import { type Column, Table } from '../ui/table.js';
import { hashOf, type View } from '../url.js';

/** Every strategy on every symbol and interval, with how it went. */
export function Overview({ view }: { readonly view: View }) {
  const { filters } = view;
  const query = useQuery(`overview ${JSON.stringify(filters)}`, (signal) =>
    getPerformance({ ...filters, by: 'partition' }, signal),
  );
  return (
    <>
      <PageHead title="Overview" about="Which strategies carried an edge, and where.">
        <FilterBar
          show={['strategy', 'symbol', 'interval', 'side', 'from', 'to', 'confirmed_only']}
          filters={filters}
        />
      </PageHead>
      <Card title="Strategies by symbol and interval" note="After costs. Expectancy above 0 earned.">
        <Shown query={query} what="figures">
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="No predictions within these filters">
                <code>klinemill load</code> klines, then <code>klinemill recompute</code>.
              </Empty>
            ) : (
              <Table label="Strategies" columns={columnsFor(filters)} rows={rows} keyOf={keyOf} />
            )
          }
        </Shown>
      </Card>
    </>
  );
}

const keyOf = (row: FigureRow): string => `${row.strategy}@${row.version} ${row.group}`;

function columnsFor(filters: View['filters']): Column<FigureRow>[] {
  const link = (row: FigureRow, page: string): string =>
    hashOf(page, {
      ...filters,
      strategy: `${row.strategy}@${row.version}`,
      symbol: row.symbol ?? undefined,
      interval: row.interval ?? undefined,
    });
  const figure = (
    head: string,
    name: 'win_rate' | 'expectancy_pct' | 'profit_factor' | 'max_drawdown' | 'total_pnl_pct' | 'sharpe',
    text: (value: number | null) => string,
    middle?: number,
  ): Column<FigureRow> => ({
    head,
    sort: (row) => row[name],
    cell: (row) => (
      <span
        data-field={name}
        class={middle === undefined ? '' : tone(row[name], middle)}
        title={row[name] === null ? row.null_reasons[name] : undefined}
      >
        {text(row[name])}
      </span>
    ),
  });
  return [
    {
      head: 'Strategy and market',
      sort: (row) => keyOf(row),
      cell: (row) => (
        <span class="stacked">
          <a href={link(row, 'performance')}>
            {row.strategy}@{row.version}
          </a>
          <a href={link(row, 'symbol')}>{row.group}</a>
        </span>
      ),
    },
    figure('Win rate', 'win_rate', (value) => share(value)),
    figure('Expectancy', 'expectancy_pct', (value) => percent(value), 0),
    figure('Profit factor', 'profit_factor', (value) => fixed(value), 1),
    figure('Total', 'total_pnl_pct', (value) => percent(value, 1), 0),
    figure('Max drawdown', 'max_drawdown', (value) => share(value)),
    figure('Sharpe', 'sharpe', (value) => fixed(value), 0),
    { head: 'Trades', sort: (row) => closed(row), cell: (row) => count(closed(row)) },
    { head: 'Signals', sort: (row) => row.tradable, cell: (row) => count(row.tradable) },
    { head: 'Equity', cell: (row) => <EquityLine row={row} filters={filters} /> },
  ];
}

const closed = (row: FigureRow): number => row.wins + row.losses + row.expired;

function EquityLine({ row, filters }: { readonly row: FigureRow; readonly filters: View['filters'] }) {
  const own = {
    ...filters,
    strategy: `${row.strategy}@${row.version}`,
    symbol: row.symbol!,
    interval: row.interval!,
  };
  const { data, error } = useQuery(`equity ${JSON.stringify(own)}`, (signal) => getEquity(own, signal));
  if (error !== null) return <span title={error.message}>{UNKNOWN}</span>;
  if (data === undefined) return <div class="spark skeleton" />;
  if (data.length === 0) return UNKNOWN;
  return (
    <Sparkline
      values={[100, ...data.map(({ equity }) => equity)]}
      label={`Equity from 100 to ${fixed(data.at(-1)!.equity)}`}
    />
  );
}
