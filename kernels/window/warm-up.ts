/**
 * Writes NaN over the rows of `[start, end)` that have no value yet. Kernels compute their warm-up rows like any other
 * (the loops stay free of branches) and blank them afterwards.
 *
 * @param row absolute row (counted from the partition's first) of column index `start`
 * @param lookback absolute row of the first value
 */
export function blankWarmUp(
  out: Float64Array,
  start: number,
  end: number,
  row: number,
  lookback: number,
): void {
  if (row < lookback) out.fill(Number.NaN, start, Math.min(end, start + lookback - row));
}

/**
 * Column index of absolute row `row`, clamped to `[start, end]`. A 32-bit whole number: an index that descends from the float64
 * state would otherwise stay a float in the loops that count it up.
 *
 * @param firstRow absolute row of column index `start`
 */
export function columnOf(row: number, firstRow: number, start: number, end: number): number {
  return Math.max(start, Math.min(end, start + row - firstRow)) | 0;
}
