import { getPartitions, getStrategies } from '../data/api.js';
import { useQuery } from '../data/use-query.js';
import { setFilters } from '../url.js';
import { Select } from './select.js';

/** Filters that a page offers. */
export type FilterName = 'strategy' | 'symbol' | 'interval' | 'side' | 'from' | 'to' | 'confirmed_only';

/** The filters of a page; each change goes into the URL. */
export function FilterBar(props: {
  readonly show: readonly FilterName[];
  readonly filters: Readonly<Record<string, string>>;
  /** Filters that must have a value. */
  readonly required?: readonly FilterName[];
}) {
  const { show, filters, required = [] } = props;
  const partitions = useQuery('partitions', getPartitions).data ?? [];
  const strategies = useQuery('strategies', getStrategies).data ?? [];
  const options: Readonly<Record<string, readonly string[]>> = {
    strategy: [...new Set(strategies.map(({ strategy }) => strategy))],
    symbol: [...new Set(partitions.map(({ symbol }) => symbol))],
    // Of the chosen symbol only: another one would show nothing.
    interval: [
      ...new Set(
        partitions
          .filter(({ symbol }) => filters.symbol === undefined || symbol === filters.symbol)
          .map(({ interval }) => interval),
      ),
    ],
    side: ['BUY', 'SELL'],
  };
  const labels: Readonly<Record<string, string>> = {
    strategy: 'Strategy',
    symbol: 'Symbol',
    interval: 'Interval',
    side: 'Side',
  };
  return (
    <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      {show
        .filter((name) => name in labels)
        .map((name) => (
          <Select
            key={name}
            label={labels[name]!}
            value={filters[name] ?? ''}
            options={options[name]!}
            {...(required.includes(name) ? {} : { all: 'all' })}
            onChange={(value) => setFilters({ [name]: value })}
          />
        ))}
      {show.includes('from') && <DayField label="From" name="from" value={filters.from} />}
      {show.includes('to') && <DayField label="To" name="to" value={filters.to} />}
      {show.includes('confirmed_only') && (
        <Select
          label="Trades"
          value={filters.confirmed_only === '1' ? 'WIN and LOSS only' : ''}
          all="all closed"
          options={['WIN and LOSS only']}
          onChange={(value) => setFilters({ confirmed_only: value === '' ? undefined : '1' })}
        />
      )}
    </form>
  );
}

/** A day, UTC; it stands in the URL as `2024-03-05`. */
function DayField({
  label,
  name,
  value,
}: {
  readonly label: string;
  readonly name: string;
  readonly value: string | undefined;
}) {
  return (
    <label class="field">
      {label}
      <input
        type="date"
        value={value ?? ''}
        onChange={(event) => setFilters({ [name]: event.currentTarget.value })}
      />
    </label>
  );
}
