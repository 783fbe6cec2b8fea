import type { ColumnSpec } from '../columns.js';
import { allocationOf } from './filter.js';
import type { Sample } from './sample.js';
import { analyticsSql } from './sql.js';
import { type TradeColumns, takeTrades } from './take-trades.js';

const TAKEN_COLUMNS: readonly ColumnSpec[] = [
  { name: 'g', kind: 'time' },
  { name: 'n', kind: 'time' },
];

/**
 * Decides which trades of each group are taken and makes the table `equity`.
 *
 * @returns trades that were skipped, by group
 */
export async function openAccounts(
  { session, parameters }: Sample,
  allocation = allocationOf({}),
): Promise<ReadonlyMap<number, number>> {
  const trades = await session.numbers(analyticsSql('trades'));
  const { g, n } = trades as unknown as TradeColumns & { readonly n: Float64Array };
  const taken = takeTrades(trades as unknown as TradeColumns, allocation);
  await session.put('taken', TAKEN_COLUMNS, [
    Float64Array.from(taken, (i) => g[i]!),
    Float64Array.from(taken, (i) => n[i]!),
  ]);
  await session.keep('equity', analyticsSql('equity'), parameters);
  const skipped = new Map<number, number>();
  for (const group of g) skipped.set(group, (skipped.get(group) ?? 0) + 1);
  for (const i of taken) skipped.set(g[i]!, skipped.get(g[i]!)! - 1);
  return skipped;
}
