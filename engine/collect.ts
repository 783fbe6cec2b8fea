import type { RecordBatch } from 'apache-arrow';
import { numbers } from '../warehouse/index.js';

/** Float64 columns of a small range, gathered from its batches. */
export interface Columns {
  readonly rows: number;
  column(name: string): Float64Array;
}

/** Gathers a range that is known to be small (windows, single bars) into whole columns. */
export async function collect(batches: AsyncIterable<RecordBatch>): Promise<Columns> {
  const parts: RecordBatch[] = [];
  let rows = 0;
  for await (const batch of batches) {
    parts.push(batch);
    rows += batch.numRows;
  }
  return {
    rows,
    column(name) {
      const whole = new Float64Array(rows);
      let at = 0;
      for (const part of parts) {
        whole.set(numbers(part, name), at);
        at += part.numRows;
      }
      return whole;
    },
  };
}
