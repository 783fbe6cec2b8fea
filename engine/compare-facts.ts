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

/** Recomputed columns; `FactColumns` are such. */
export interface ComputedColumns {
  readonly rows: number;
  readonly arrays: readonly ArrayLike<number | bigint>[];
}

/**
 * Compares stored batches with recomputed columns, bit for bit (NaN equals NaN, 0 differs from -0).
 *
 * @param specs columns to compare; the first is the time column
 * @returns the first difference in time order, or null
 */
export async function firstDifference(
  stored: AsyncIterable<RecordBatch>,
  computed: ComputedColumns,
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
  computed: ComputedColumns,
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

/**
 * Rows of several column sets as one, ordered by the first column (times: distinct). A trade's result comes with the chunk
 * that decides it, and is stored in the order of its prediction.
 */
export function sortedByTime(parts: readonly FactColumns[]): FactColumns {
  const order = parts
    .flatMap((part) => Array.from({ length: part.rows }, (_, row) => ({ part, row })))
    .sort((a, b) => Number(a.part.arrays[0]![a.row]) - Number(b.part.arrays[0]![b.row]));
  const width = parts[0]?.arrays.length ?? 0;
  const arrays = Array.from({ length: width }, (_, c) =>
    Float64Array.from(order, ({ part, row }) => Number(part.arrays[c]![row])),
  );
  return { rows: order.length, arrays };
}
