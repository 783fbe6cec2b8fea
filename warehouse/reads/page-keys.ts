import type { BatchColumn, Parameters } from '../analytics/session.js';
import type { FactPage, PageOrder } from './page.js';

/** The keys of a page as columns: `key_0` and so on. */
export function keyColumns({ order, textKeys }: FactPage): BatchColumn[] {
  return order.map((expression, i) =>
    textKeys.includes(i)
      ? { name: `key_${i}`, kind: 'text', expression }
      : { name: `key_${i}`, kind: 'number', expressions: [expression] },
  );
}

/**
 * Rows behind a key, as a condition. Whole numbers are written as literals, which DuckDB compares with the statistics of row
 * groups: a parameter would be a DOUBLE.
 *
 * @param from the keys before it are equal
 */
export function behind({ order }: FactPage, { isDescending, after }: PageOrder, from = 0): string {
  const sign = isDescending ? '<' : '>';
  let condition = '';
  for (let i = order.length - 1; i >= from; i--) {
    const key = order[i]!;
    const value = Number.isSafeInteger(after![i]) ? String(after![i]) : `$${afterName(i)}`;
    condition = `(${key} ${sign} ${value}${condition === '' ? '' : ` OR (${key} = ${value} AND ${condition})`})`;
  }
  return condition;
}

/** What `behind` names beside the page's own parameters. */
export function parametersOf(page: FactPage, { after }: PageOrder): Parameters {
  const keyed = (after ?? []).map((value, i) => [afterName(i), value]);
  return { ...page.parameters, ...Object.fromEntries(keyed) };
}

/** Parameters have names of letters. */
const afterName = (i: number): string => `after_${'abcdefgh'[i]}`;
