import { getContribution } from '../../data/api.js';
import type { ContributionRow } from '../../data/types.js';
import { useQuery } from '../../data/use-query.js';
import { count, percent, share, tone } from '../../format.js';
import { Card } from '../../ui/card.js';
import { Empty, Shown } from '../../ui/states.js';
import { type Column, Table } from '../../ui/table.js';
import { SideTag } from '../../ui/tags.js';
import type { View } from '../../url.js';

/** How trades went where a metric was 1, beside the others. */
export function MetricCard({ filters }: { readonly filters: View['filters'] }) {
  const query = useQuery(`contribution ${JSON.stringify(filters)}`, (signal) =>
    getContribution(filters, signal),
  );
  return (
    <Card
      title="What each metric contributed"
      note="Closed trades where it was 1, beside those where it was not."
    >
      <Shown query={query} what="metrics">
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No closed trade" />
          ) : (
            <Table label="Metrics" columns={COLUMNS} rows={rows} keyOf={({ metric }) => metric} />
          )
        }
      </Shown>
    </Card>
  );
}

const COLUMNS: readonly Column<ContributionRow>[] = [
  { head: 'Metric', sort: (row) => row.metric, cell: (row) => row.metric },
  { head: 'Side', text: true, sort: (row) => row.side, cell: (row) => <SideTag side={row.side} /> },
  { head: 'Group', text: true, sort: (row) => row.metric_group, cell: (row) => row.metric_group },
  { head: 'Weight', sort: (row) => row.metric_weight, cell: (row) => row.metric_weight },
  { head: 'Trades', sort: (row) => row.trades, cell: (row) => count(row.trades) },
  { head: 'Win rate', sort: (row) => row.win_rate, cell: (row) => share(row.win_rate) },
  {
    head: 'Mean pnl',
    sort: (row) => row.avg_pnl_pct,
    cell: (row) => <span class={tone(row.avg_pnl_pct)}>{percent(row.avg_pnl_pct)}</span>,
  },
  { head: 'Other trades', sort: (row) => row.other_trades, cell: (row) => count(row.other_trades) },
  { head: 'Their win rate', sort: (row) => row.other_win_rate, cell: (row) => share(row.other_win_rate) },
  {
    head: 'Their mean pnl',
    sort: (row) => row.other_avg_pnl_pct,
    cell: (row) => <span class={tone(row.other_avg_pnl_pct)}>{percent(row.other_avg_pnl_pct)}</span>,
  },
];
