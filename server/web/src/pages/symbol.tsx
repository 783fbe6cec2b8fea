import { useEffect } from 'preact/hooks';
import { getPartitions, getStrategies } from '../data/api.js';
import type { PartitionRow, StrategyRow } from '../data/types.js';
import { useQuery } from '../data/use-query.js';
import { FilterBar } from '../ui/filter-bar.js';
import { PageHead } from '../ui/page-head.js';
import { Empty, Shown } from '../ui/states.js';
import { setFilters, type View } from '../url.js';
import { Market } from './symbol/market.js';

/** Candles of one market with indicators and signals, and why each signal was made. */
export function SymbolPage({ view }: { readonly view: View }) {
  const { filters } = view;
  const partitions = useQuery('partitions', getPartitions);
  const strategies = useQuery('strategies', getStrategies);
  const chosen = choose(filters, partitions.data, strategies.data);
  const missing = chosen !== null && Object.keys(chosen).some((name) => filters[name] === undefined);
  useEffect(() => {
    // A chart needs one market: what the URL leaves open is filled in, and then stands there too.
    if (missing) setFilters({ ...chosen }, { replace: true });
  });
  return (
    <>
      <PageHead
        title={`${filters.symbol ?? 'Symbol'} ${filters.interval ?? ''}`}
        about="Choose a signal to see why it was made."
      >
        <FilterBar
          show={['strategy', 'symbol', 'interval', 'side', 'from', 'to']}
          required={['strategy', 'symbol', 'interval']}
          filters={filters}
        />
      </PageHead>
      <Shown query={partitions} what="markets">
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No klines are loaded">
              <code>klinemill load</code> or <code>klinemill download</code> brings some.
            </Empty>
          ) : filters.symbol === undefined || filters.interval === undefined ? null : (
            <Market symbol={filters.symbol} interval={filters.interval} filters={filters} />
          )
        }
      </Shown>
    </>
  );
}

/** Symbol, interval and strategy that a URL names, or the first there are. */
function choose(
  filters: View['filters'],
  partitions: readonly PartitionRow[] | undefined,
  strategies: readonly StrategyRow[] | undefined,
): { readonly symbol: string; readonly interval: string; readonly strategy?: string } | null {
  const symbol = filters.symbol ?? partitions?.[0]?.symbol;
  const interval = filters.interval ?? partitions?.find((row) => row.symbol === symbol)?.interval;
  if (symbol === undefined || interval === undefined || strategies === undefined) return null;
  const applies = (list: string, name: string): boolean => list === '' || list.split(';').includes(name);
  const strategy =
    filters.strategy ??
    strategies.find(
      (row) =>
        row.is_newest === 1 &&
        row.is_enabled === 1 &&
        applies(row.symbols, symbol) &&
        applies(row.intervals, interval),
    )?.strategy;
  return { symbol, interval, ...(strategy === undefined ? {} : { strategy }) };
}
