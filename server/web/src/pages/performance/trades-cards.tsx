import { useMemo } from 'preact/hooks';
import { Curve, type CurveAxis } from '../../charts/curve.js';
import { binsOf } from '../../charts/histogram.js';
import { getTrades } from '../../data/api.js';
import type { TradeRow } from '../../data/types.js';
import { useQuery } from '../../data/use-query.js';
import { count, fixed, percent } from '../../format.js';
import { Card } from '../../ui/card.js';
import { Empty, Shown } from '../../ui/states.js';
import type { View } from '../../url.js';

const PNL_AXIS: CurveAxis = { isTime: false, label: 'pnl %', format: (value) => fixed(value, 2) };
const MAE_AXIS: CurveAxis = { isTime: false, label: 'MAE %', format: (value) => fixed(value, 2) };

/** All closed trades: how their pnl is spread, and how far they went for and against the position. */
export function TradesCards({ filters }: { readonly filters: View['filters'] }) {
  const query = useQuery(`trades ${JSON.stringify(filters)}`, (signal) => getTrades(filters, signal));
  return (
    <div class="columns">
      <Card title="Distribution of pnl" note="Trades by what they earned after costs.">
        <Shown query={query} what="trades">
          {(trades) => (trades.length === 0 ? <Empty title="No closed trade" /> : <Spread trades={trades} />)}
        </Shown>
      </Card>
      <Card
        title="Excursions"
        note="How far each trade went against (MAE) and for (MFE) the position, before costs."
      >
        <Shown query={query} what="trades">
          {(trades) =>
            trades.length === 0 ? <Empty title="No closed trade" /> : <Scatter trades={trades} />
          }
        </Shown>
      </Card>
    </div>
  );
}

function Spread({ trades }: { readonly trades: readonly TradeRow[] }) {
  const { bins, series } = useMemo(() => {
    const bins = binsOf(
      trades.map(({ pnl_pct }) => pnl_pct),
      40,
    );
    return {
      bins,
      series: [
        {
          label: 'trades',
          values: bins.counts,
          color: ({ accent }: { accent: string }) => accent,
          format: count,
          kind: 'bars' as const,
        },
      ],
    };
  }, [trades]);
  const lost = trades.filter(({ pnl_pct }) => pnl_pct < 0).length;
  return (
    <Curve
      label={`Distribution of pnl over ${trades.length} trades in bins of ${percent(bins.width)}; ${lost} lost`}
      x={bins.x}
      axis={PNL_AXIS}
      series={series}
      height={260}
    />
  );
}

const STATUSES = [
  { status: 'WIN', color: ({ win }: { win: string }) => win },
  { status: 'LOSS', color: ({ loss }: { loss: string }) => loss },
  { status: 'EXPIRED', color: ({ flat }: { flat: string }) => flat },
] as const;

function Scatter({ trades }: { readonly trades: readonly TradeRow[] }) {
  const { x, series } = useMemo(() => {
    // uPlot's x must rise.
    const ordered = [...trades].sort((a, b) => a.min_return_pct - b.min_return_pct);
    return {
      x: ordered.map(({ min_return_pct }) => min_return_pct),
      series: STATUSES.map(({ status, color }) => ({
        label: `${status} MFE`,
        values: ordered.map((trade) => (trade.result_status === status ? trade.max_return_pct : null)),
        color,
        format: (value: number | null) => percent(value, 2),
        kind: 'points' as const,
      })),
    };
  }, [trades]);
  return (
    <Curve
      label={`MAE against MFE of ${trades.length} trades by status`}
      x={x}
      axis={MAE_AXIS}
      series={series}
      height={260}
    />
  );
}
