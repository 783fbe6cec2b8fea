/** Counts of values in bins of one width. */
export interface Bins {
  /** Middle of each bin. */
  readonly x: readonly number[];
  readonly counts: readonly number[];
  readonly width: number;
}

/** About `wanted` bins over all values, edges on round numbers, none left out. */
export function binsOf(values: readonly number[], wanted: number): Bins {
  if (values.length === 0) return { x: [], counts: [], width: 0 };
  let low = values[0]!;
  let high = low;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const width = roundWidth((high - low) / wanted || 1);
  const first = Math.floor(low / width);
  const counts: number[] = new Array(Math.floor(high / width) - first + 1).fill(0);
  for (const value of values) counts[Math.floor(value / width) - first]!++;
  return { x: counts.map((_, at) => (first + at + 0.5) * width), counts, width };
}

/** 1, 2 or 5 times a power of ten, at least `width`. */
function roundWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  return ([1, 2, 5].find((n) => n * power >= width * (1 - 1e-9)) ?? 10) * power;
}
