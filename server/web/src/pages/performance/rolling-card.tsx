import { useMemo } from 'preact/hooks';
import { Curve, TIME_AXIS } from '../../charts/curve.js';
import { getRolling } from '../../data/api.js';
import type { RollingRow } from '../../data/types.js';
import { useQuery } from '../../data/use-query.js';
import { share } from '../../format.js';
import { Card } from '../../ui/card.js';
import { Empty, Shown } from '../../ui/states.js';
import type { View } from '../../url.js';

/** As many trades as can be told apart. */
const FIRST_VIEW_TRADES = 250;
const WINDOWS = [20, 10, 5] as const;

/** Win rate over the last 5, 10 and 20 confirmed trades. */
export function RollingCard({ filters }: { readonly filters: View['filters'] }) {
  const query = useQuery(`rolling ${JSON.stringify(filters)}`, (signal) => getRolling(filters, signal));
  return (
    <Card
      title="Rolling win rate"
      note="Over the last 5, 10 and 20 WIN and LOSS. Drag to zoom, double click to see all."
    >
      <Shown query={query} what="rolling win rates">
        {(rows) => (rows.length < 5 ? <Empty title="Fewer than 5 WIN and LOSS" /> : <Rates rows={rows} />)}
      </Shown>
    </Card>
  );
}

function Rates({ rows }: { readonly rows: readonly RollingRow[] }) {
  const { x, series } = useMemo(
    () => ({
      x: rows.map(({ confirmed_at }) => confirmed_at / 1000),
      series: WINDOWS.map((k, at) => ({
        label: `last ${k}`,
        values: rows.map((row) => row[`rolling_win_rate_${k}`]),
        color: ({ series }: { series: readonly string[] }) => series[at]!,
        format: (value: number | null) => share(value, 0),
      })),
    }),
    [rows],
  );
  const last = rows.at(-1)!;
  return (
    <Curve
      label={`Rolling win rates, at the end ${WINDOWS.map((k) => `${share(last[`rolling_win_rate_${k}`])} of ${k}`).join(', ')}`}
      x={x}
      axis={TIME_AXIS}
      series={series}
      window={[x[Math.max(0, x.length - FIRST_VIEW_TRADES)]!, x.at(-1)!]}
      height={260}
    />
  );
}
