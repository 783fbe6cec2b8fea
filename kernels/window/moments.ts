/**
 * Sums of distances and of squared distances from `anchor`, over the rows of each window that stand before the block: see
 * `suffixSums`, whose arguments these are. With the block's first row as anchor, which is in every window that ends in the
 * block, the variance made of such sums is exact to about 2 period^2 rounding errors whatever the column holds: the window's
 * own range bounds every distance. Equal rows give exactly 0.
 */
export function suffixMoments(
  column: Float64Array,
  anchor: number,
  period: number,
  block: number,
  isFirst: boolean,
  from: number,
  to: number,
  sums: Float64Array,
  squares: Float64Array,
): void {
  let sum = 0;
  let square = 0;
  if (isFirst) {
    sums.fill(0, 0, to - from);
    squares.fill(0, 0, to - from);
    return;
  }
  for (let i = block - 1; i >= to - period; i--) {
    const distance = column[i] - anchor;
    sum += distance;
    square += distance * distance;
  }
  for (let i = to - 1; i > from; i--) {
    sums[i - from] = sum;
    squares[i - from] = square;
    const distance = column[i - period] - anchor;
    sum += distance;
    square += distance * distance;
  }
  sums[0] = sum;
  squares[0] = square;
}
