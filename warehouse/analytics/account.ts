import type { ColumnSpec } from '../columns.js';
import { allocationOf } from './filter.js';
import type { Sample } from './sample.js';
import { analyticsSql } from './sql.js';
import { takeTrades } from './take-trades.js';

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
  sample: Sample,
  allocation = allocationOf({}),
): Promise<ReadonlyMap<number, number>> {
  const { session, parameters } = sample;
  const trades = await sample.trades();
  const { n } = trades;
  const members = await session.numbers(analyticsSql('trade-groups'));
  const groupOf = new Float64Array(n.reduce((most, number) => Math.max(most, number), 0) + 1).fill(
    Number.NaN,
  );
  const skipped = new Map<number, number>();
  for (const [i, number] of (members.n ?? []).entries()) {
    const group = members.g![i]!;
    groupOf[number] = group;
    skipped.set(group, (skipped.get(group) ?? 0) + 1);
  }
  const g = n.map((number) => groupOf[number]!);
  const taken = takeTrades({ ...trades, g }, allocation);
  await session.put('taken', TAKEN_COLUMNS, [
    Float64Array.from(taken, (i) => g[i]!),
    Float64Array.from(taken, (i) => n[i]!),
  ]);
  await session.keep('equity', analyticsSql('equity'), parameters);
  for (const i of taken) skipped.set(g[i]!, skipped.get(g[i]!)! - 1);
  return skipped;
}
