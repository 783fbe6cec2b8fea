import type { RecordBatch } from 'apache-arrow';
import type { ColumnSpec, FactTable, StrategyRecord } from '../../warehouse/index.js';
import { type ComputedColumns, firstDifference } from '../compare-facts.js';

/** A fact that changes when what came after its bar is taken away. */
export interface Leak {
  readonly table: FactTable;
  readonly strategy: StrategyRecord | null;
  readonly at: number | null;
  readonly message: string;
}

/**
 * Compares facts that were computed without their future with those that are stored.
 *
 * @param specs columns to compare; the first is the time column
 * @returns the first difference, or null
 */
export async function findLeak(
  table: FactTable,
  strategy: StrategyRecord | null,
  stored: AsyncIterable<RecordBatch>,
  computed: ComputedColumns,
  specs: readonly ColumnSpec[],
): Promise<Leak | null> {
  const found = await firstDifference(stored, computed, specs);
  if (found === null) return null;
  const message = `${found.column} is ${found.stored}, and ${found.computed} when nothing after the bar is known`;
  return { table, strategy, at: found.at, message };
}
