import { useMemo } from 'preact/hooks';
import { Curve, TIME_AXIS } from '../../charts/curve.js';
import { getEquity } from '../../data/api.js';
import type { EquityRow } from '../../data/types.js';
import { useQuery } from '../../data/use-query.js';
import { day, fixed, share } from '../../format.js';
import { Card } from '../../ui/card.js';
import { Empty, Shown } from '../../ui/states.js';
import type { View } from '../../url.js';

/** The account day by day, and below it how far it was under its peak. */
export function EquityCard({ filters }: { readonly filters: View['filters'] }) {
  const query = useQuery(`equity ${JSON.stringify(filters)}`, (signal) => getEquity(filters, signal));
  return (
    <Card title="Equity and drawdown" note="Starts at 100, realised trades only, one slot a market.">
      <Shown query={query} what="equity">
        {(days) => (days.length === 0 ? <Empty title="No trade has ended" /> : <Curves days={days} />)}
      </Shown>
    </Card>
  );
}

function Curves({ days }: { readonly days: readonly EquityRow[] }) {
  const { x, equity, drawdown } = useMemo(() => {
    const x = days.map((row) => row.day / 1000);
    return {
      x,
      equity: [
        {
          label: 'equity',
          values: days.map((row) => row.equity),
          color: ({ accent }: { accent: string }) => accent,
          format: (value: number | null) => fixed(value),
        },
      ],
      drawdown: [
        {
          label: 'drawdown',
          values: days.map((row) => -row.drawdown),
          color: ({ loss }: { loss: string }) => loss,
          format: (value: number | null) => share(value),
          kind: 'area' as const,
        },
      ],
    };
  }, [days]);
  const last = days.at(-1)!;
  const deepest = days.reduce((a, b) => (b.drawdown > a.drawdown ? b : a));
  return (
    <>
      <Curve
        label={`Equity from 100 to ${fixed(last.equity)}, ${day(days[0]!.day)} to ${day(last.day)}`}
        x={x}
        axis={TIME_AXIS}
        series={equity}
        height={260}
        sync="account"
      />
      <Curve
        label={`Drawdown, deepest ${share(deepest.drawdown)} on ${day(deepest.day)}`}
        x={x}
        axis={TIME_AXIS}
        series={drawdown}
        height={150}
        sync="account"
      />
    </>
  );
}
