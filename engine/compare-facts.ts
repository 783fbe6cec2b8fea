import type { RecordBatch } from 'apache-arrow';
import { type ColumnSpec, values } from '../warehouse/index.js';
import type { FactColumns } from './task.js';

/** The first difference between stored rows and recomputed ones. */
export interface Difference {
  /** Time of the row, epoch ms; null when only the number of rows differs. */
  readonly at: number | null;
  readonly column: string;
  readonly stored: string;
  readonly computed: string;
}

/**
 * Compares stored batches with recomputed columns, bit for bit (NaN equals NaN, 0 differs from -0).
 *
 * @param specs columns to compare; the first is the time column
 * @returns the first difference in time order, or null
 */
export async function firstDifference(
  stored: AsyncIterable<RecordBatch>,
  computed: FactColumns,
  specs: readonly ColumnSpec[],
): Promise<Difference | null> {
  let offset = 0;
  let found: { row: number; difference: Difference } | null = null;
  for await (const batch of stored) {
    if (found === null && offset + batch.numRows <= computed.rows)
      found = differenceIn(batch, offset, computed, specs);
    offset += batch.numRows;
  }
  if (offset === computed.rows) return found?.difference ?? null;
  return found?.difference ?? { at: null, column: 'rows', stored: `${offset}`, computed: `${computed.rows}` };
}

function differenceIn(
  batch: RecordBatch,
  offset: number,
  computed: FactColumns,
  specs: readonly ColumnSpec[],
): { row: number; difference: Difference } | null {
  let first: { row: number; column: number } | null = null;
  for (const [column, { name }] of specs.entries()) {
    const left = values(batch, name);
    const right = computed.arrays[column]!;
    const end: number = first?.row ?? batch.numRows;
    for (let r = 0; r < end; r++)
      if (!Object.is(left[r], right[offset + r])) {
        first = { row: r, column };
        break;
      }
  }
  if (first === null) return null;
  const { row, column } = first;
  const name = specs[column]!.name;
  return {
    row: offset + row,
    difference: {
      at: Number(computed.arrays[0]![offset + row]),
      column: name,
      stored: String(values(batch, name)[row]),
      computed: String(computed.arrays[column]![offset + row]),
    },
  };
}
