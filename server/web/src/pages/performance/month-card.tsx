import { getPerformance } from '../../data/api.js';
import type { FigureRow } from '../../data/types.js';
import { useQuery } from '../../data/use-query.js';
import { fixed, percent, share } from '../../format.js';
import { Card } from '../../ui/card.js';
import { HeatMap } from '../../ui/heat-map.js';
import { Empty, Shown } from '../../ui/states.js';
import type { View } from '../../url.js';

const MONTHS = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'];

/** Years by months: sum of pnl, and how many trades it is made of. */
export function MonthCard({ filters }: { readonly filters: View['filters'] }) {
  const query = useQuery(`months ${JSON.stringify(filters)}`, (signal) =>
    getPerformance({ ...filters, by: 'month' }, signal),
  );
  return (
    <Card title="Months" note="Sum of pnl in percent; below it the closed trades, by month of the signal.">
      <Shown query={query} what="months">
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No month has a prediction" />
          ) : (
            <HeatMap
              label="Sum of pnl by year and month"
              corner="Year"
              columns={MONTHS}
              rows={yearsOf(rows)}
              middle={0}
            />
          )
        }
      </Shown>
    </Card>
  );
}

function yearsOf(rows: readonly FigureRow[]) {
  const byMonth = new Map(rows.map((row) => [row.group, row]));
  const years = [...new Set(rows.map(({ group }) => group.slice(0, 4)))].sort();
  return years.map((year) => ({
    name: year,
    cells: MONTHS.map((month) => {
      const row = byMonth.get(`${year}-${month}`);
      if (row === undefined) return null;
      const trades = row.wins + row.losses + row.expired;
      return {
        value: row.total_pnl_pct,
        text: fixed(row.total_pnl_pct, 1),
        count: trades,
        title: `${row.group}: ${percent(row.total_pnl_pct)}, ${trades} trades, win rate ${share(row.win_rate)}`,
      };
    }),
  }));
}
