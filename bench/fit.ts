/** time = a + b n */
export interface Fit {
  /** What nothing costs; not below 0. */
  readonly a: number;
  /** What one more of n costs. */
  readonly b: number;
  /** The greatest |a + b n - time| / time. */
  readonly worstDeviation: number;
  /** Slope of log(time - a) over log n; NaN when a time is not above a. */
  readonly exponent: number;
}

/**
 * Least squares of the relative deviations, which is what is judged: of the absolute ones the greatest n would decide alone.
 *
 * @remarks A negative a would bend a curve straight (for n^1.2 the exponent of time - a would come out lower), and nothing
 *   takes less than no time: then a is 0.
 * @param points at least two different n, all n and times above 0
 */
export function fitLine(points: readonly { readonly n: number; readonly time: number }[]): Fit {
  const sum = (of: (n: number, time: number) => number): number =>
    points.reduce((total, { n, time }) => total + of(n, time), 0);
  // Weights 1 / time^2: residuals of a / t + b n / t = 1.
  const w = sum((_, t) => 1 / t ** 2);
  const wn = sum((n, t) => n / t ** 2);
  const wnn = sum((n, t) => n ** 2 / t ** 2);
  const wt = sum((_, t) => 1 / t);
  const wnt = sum((n, t) => n / t);
  const free = (wt * wnn - wnt * wn) / (w * wnn - wn ** 2);
  const a = Math.max(0, free);
  const b = (wnt - a * wn) / wnn;
  const worstDeviation = Math.max(...points.map(({ n, time }) => Math.abs(a + b * n - time) / time));
  return {
    a,
    b,
    worstDeviation,
    exponent: slope(points.map(({ n, time }) => [Math.log(n), Math.log(time - a)])),
  };
}

/** Of the ordinary least squares line. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((total, point) => total + of(point), 0) / points.length;
  const x = mean(([one]) => one);
  const y = mean(([, one]) => one);
  return mean(([px, py]) => (px - x) * (py - y)) / mean(([px]) => (px - x) ** 2);
}
