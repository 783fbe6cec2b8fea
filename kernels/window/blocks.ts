/**
 * Van Herk's scheme for windows of `period` rows: the rows are cut into blocks of `period`, anchored at the partition's
 * first row. A window that ends at position p of its block is the last `period - 1 - p` rows of the block before (a suffix,
 * summed backwards once a block) and the first `p + 1` rows of this one (a prefix, carried forwards). Nothing is ever
 * subtracted, so no residue of a row outlives its window; and since every bracket is fixed by the absolute row, the bits do
 * not depend on how the rows are cut into chunks.
 *
 * A kernel walks in segments: within one block and at most `SEGMENT` rows, so that scratch of this fixed size serves every
 * period. Scratch lives in the module: one a thread, never alive across calls of `run`.
 */
export const SEGMENT = 256;

/** Column index after the segment that begins at `from`, which stands at `position` of its block. */
export function segmentEnd(from: number, end: number, position: number, period: number): number {
  const stop = from + Math.min(period - position, SEGMENT);
  return stop < end ? stop : end;
}

/**
 * For each row i of the segment `[from, to)`: the sum of the distances of `column` from `anchor` over those rows of its window that
 * stand before the block.
 *
 * @param anchor 0 for the plain sum; the block's first row is in every window that ends in the block, so that a window of equal
 *   rows gives exactly 0
 * @param block column index of the block's first row
 * @param isFirst true in the partition's first block: nothing stands before it
 * @param sums written at `[0, to - from)`
 */
export function suffixSums(
  column: Float64Array,
  anchor: number,
  period: number,
  block: number,
  isFirst: boolean,
  from: number,
  to: number,
  sums: Float64Array,
): void {
  let sum = 0;
  if (isFirst) {
    sums.fill(0, 0, to - from);
    return;
  }
  for (let i = block - 1; i >= to - period; i--) sum += column[i] - anchor;
  for (let i = to - 1; i > from; i--) {
    sums[i - from] = sum;
    sum += column[i - period] - anchor;
  }
  sums[0] = sum;
}
