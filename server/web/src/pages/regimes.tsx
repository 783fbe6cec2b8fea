import { getPerformance } from '../data/api.js';
import type { FigureRow } from '../data/types.js';
import { useQuery } from '../data/use-query.js';
import { percent, share } from '../format.js';
import { Card } from '../ui/card.js';
import { FilterBar } from '../ui/filter-bar.js';
import { HeatMap } from '../ui/heat-map.js';
import { PageHead } from '../ui/page-head.js';
import { Select } from '../ui/select.js';
import { Empty, Shown } from '../ui/states.js';
import { setFilters, type View } from '../url.js';

const LABELS = [
  'TREND_UP',
  'TREND_DOWN',
  'MOMENTUM_POS',
  'MOMENTUM_NEG',
  'VOLATILITY_HIGH',
  'VOLATILITY_LOW',
  'EDGE_STRONG',
  'EDGE_WEAK',
];

/** What a cell can show; `middle` is where nothing was won. */
const FIGURES = {
  avg_pnl_pct: { title: 'Mean pnl', text: percent, middle: () => 0 },
  expectancy_pct: { title: 'Expectancy', text: percent, middle: () => 0 },
  win_rate: { title: 'Win rate', text: share, middle: meanWinRate },
} as const;
type FigureName = keyof typeof FIGURES;

/** Figures by regime at the time of the signal, for each market. */
export function Regimes({ view }: { readonly view: View }) {
  const { filters } = view;
  const name: FigureName = Object.hasOwn(FIGURES, filters.figure ?? '')
    ? (filters.figure as FigureName)
    : 'avg_pnl_pct';
  const query = useQuery(`regimes ${JSON.stringify({ ...filters, figure: '' })}`, (signal) =>
    regimes(filters, signal),
  );
  return (
    <>
      <PageHead title="Regimes" about="In which market a signal was worth something.">
        <FilterBar
          show={['strategy', 'symbol', 'interval', 'side', 'from', 'to', 'confirmed_only']}
          filters={filters}
        />
      </PageHead>
      <Card
        title={`${FIGURES[name].title} by regime`}
        note="Below each figure the closed trades that it is made of."
      >
        <div class="filters panes">
          <Select
            label="Figure"
            value={FIGURES[name].title}
            options={Object.values(FIGURES).map(({ title }) => title)}
            onChange={(title) =>
              setFilters({ figure: Object.entries(FIGURES).find(([, figure]) => figure.title === title)![0] })
            }
          />
        </div>
        <Shown query={query} what="regimes">
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="No signal within these filters">Widen the range, or choose another market.</Empty>
            ) : (
              <HeatMap
                label={`${FIGURES[name].title} by market and regime`}
                corner="Strategy, market"
                columns={LABELS}
                rows={matrixOf(rows, name)}
                middle={FIGURES[name].middle(rows)}
              />
            )
          }
        </Shown>
      </Card>
    </>
  );
}

interface MarketRow extends FigureRow {
  readonly market: string;
  readonly regime: string;
}

/** Over all markets and, when there are several, for each one. */
async function regimes(filters: View['filters'], signal: AbortSignal): Promise<MarketRow[]> {
  const [all, each] = await Promise.all(
    ['regime', 'partition-regime'].map((by) => getPerformance({ ...filters, by }, signal)),
  );
  const markets = each!.map((row) => {
    const market = `${row.symbol} ${row.interval}`;
    return { ...row, market, regime: row.group.slice(market.length + 1) };
  });
  if (new Set(markets.map(({ market }) => market)).size === 1) return markets;
  return [...all!.map((row) => ({ ...row, market: 'all markets', regime: row.group })), ...markets];
}

function matrixOf(rows: readonly MarketRow[], name: FigureName) {
  const nameOf = (row: MarketRow): string => `${row.strategy}@${row.version}, ${row.market}`;
  const names = [...new Set(rows.filter(({ tradable }) => tradable > 0).map(nameOf))];
  return names.map((of) => ({
    name: of,
    cells: LABELS.map((label) => {
      const row = rows.find((one) => nameOf(one) === of && one.regime === label);
      if (row === undefined) return null;
      const value = row[name];
      const trades = row.wins + row.losses + row.expired;
      return {
        value,
        text: FIGURES[name].text(value),
        count: trades,
        title: value === null ? (row.null_reasons[name] ?? '') : `${of}, ${label}: ${trades} trades`,
      };
    }),
  }));
}

/** Win rates are told against the mean of all: their targets decide how high they are. */
function meanWinRate(rows: readonly MarketRow[]): number {
  let wins = 0;
  let confirmed = 0;
  for (const row of rows) {
    wins += row.wins;
    confirmed += row.wins + row.losses;
  }
  return confirmed === 0 ? 0 : wins / confirmed;
}
