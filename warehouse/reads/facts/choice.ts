import { whole } from '../../store/sql.js';
import type { StrategyRecord } from '../../strategy.js';
import type { Names } from '../names.js';
import type { TimeKey } from '../page.js';

/** Rows to choose; absent: all. Texts are names that `Names` knows. */
export interface FactChoice {
  readonly symbol?: string | undefined;
  readonly interval?: string | undefined;
  /** Over the time of the fact, epoch ms: [from, to). */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export function partitionWhere(names: Names, { symbol, interval }: FactChoice): string[] {
  const parts: string[] = [];
  if (symbol !== undefined) parts.push(`p.symbol_id = ${whole(names.symbols.get(symbol)!)}`);
  if (interval !== undefined) parts.push(`p.interval_id = ${whole(names.intervals.get(interval)!.id)}`);
  return parts;
}

export function timeWhere(column: string, { from, to }: FactChoice): string[] {
  const parts: string[] = [];
  if (from !== undefined) parts.push(`p.${column} >= ${whole(from)}`);
  if (to !== undefined) parts.push(`p.${column} < ${whole(to)}`);
  return parts;
}

export const strategyWhere = (records: readonly StrategyRecord[]): string =>
  records.length === 0
    ? 'false'
    : `p.strategy_id IN (${records.map(({ strategyId }) => whole(strategyId)).join(', ')})`;

/**
 * Where the rows of a choice are to be expected: in the partitions that are loaded, a row a bar.
 *
 * @param options rowsPerBar: strategies that have one each; share: of these rows that is guessed to be chosen
 */
export function timeKey(
  names: Names,
  choice: FactChoice,
  key: 0 | 1,
  { rowsPerBar = 1, share = 1 }: { readonly rowsPerBar?: number; readonly share?: number } = {},
): TimeKey {
  const { symbol, interval, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = choice;
  const chosen = names.partitions.filter(
    (partition) =>
      (symbol ?? partition.symbol) === partition.symbol &&
      (interval ?? partition.interval) === partition.interval,
  );
  // Nothing is loaded: one look will show it.
  if (chosen.length === 0) return { key, from: 0, to: 0, most: 1, density: 1 };
  const barsPerMs = chosen.reduce(
    (sum, partition) => sum + 1 / names.intervals.get(partition.interval)!.durationMs,
    0,
  );
  const most = barsPerMs * Math.max(1, rowsPerBar);
  return {
    key,
    from: Math.max(from, Math.min(...chosen.map(({ firstCloseTime }) => firstCloseTime))),
    to: Math.min(to, Math.max(...chosen.map(({ lastCloseTime }) => lastCloseTime)) + 1),
    most,
    density: most * share,
  };
}
