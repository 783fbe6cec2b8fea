export const WINDOW_UNITS = ['BAR', 'MINUTE', 'HOUR', 'DAY'] as const;
export type WindowUnit = (typeof WINDOW_UNITS)[number];

const UNIT_MS = { MINUTE: 60_000, HOUR: 3_600_000, DAY: 86_400_000 } as const;

/**
 * `w` of SPEC 4: bars of a window of `size` units on an interval of `durationMs`, rounded up, at least 1.
 *
 * @param window null: the default of one bar
 */
export function windowBars(
  window: { readonly size: number; readonly unit: WindowUnit } | null,
  durationMs: number,
): number {
  if (window === null) return 1;
  const bars = window.unit === 'BAR' ? window.size : (window.size * UNIT_MS[window.unit]) / durationMs;
  return Math.max(1, Math.ceil(bars));
}
