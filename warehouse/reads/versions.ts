import type { StrategyRecord } from '../strategy.js';

/**
 * The versions that a filter names: `NAME` the newest, `NAME@VERSION` that one, nothing the newest of every enabled
 * strategy.
 *
 * @throws Error that lists what there is
 */
export function whichVersions(
  records: readonly StrategyRecord[],
  filter: string | undefined,
): StrategyRecord[] {
  const newest = records.filter((record) => record.isNewest);
  if (filter === undefined) return newest.filter((record) => record.isEnabled);
  const named = newest.find((record) => record.document.strategy === filter);
  if (named !== undefined) return [named];
  const exact = records.find((record) => `${record.document.strategy}@${record.version}` === filter);
  if (exact !== undefined) return [exact];
  const names = records.map((record) => `${record.document.strategy}@${record.version}`);
  throw new Error(
    `report: strategy '${filter}' is not one of ${names.join(', ') || 'none: import one first'}`,
  );
}
