const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** The intervals of SPEC 2 in order of length. The order is permanent: the index + 1 is the interval's number. */
export const INTERVALS = [
  { interval: '1m', durationMs: MINUTE },
  { interval: '3m', durationMs: 3 * MINUTE },
  { interval: '5m', durationMs: 5 * MINUTE },
  { interval: '15m', durationMs: 15 * MINUTE },
  { interval: '30m', durationMs: 30 * MINUTE },
  { interval: '1h', durationMs: HOUR },
  { interval: '2h', durationMs: 2 * HOUR },
  { interval: '4h', durationMs: 4 * HOUR },
  { interval: '6h', durationMs: 6 * HOUR },
  { interval: '8h', durationMs: 8 * HOUR },
  { interval: '12h', durationMs: 12 * HOUR },
  { interval: '1d', durationMs: DAY },
  { interval: '1w', durationMs: WEEK },
] as const;

export const INTERVAL_NAMES: readonly string[] = INTERVALS.map((row) => row.interval);

/** Offset of the weekly grid: 1970-01-05 was the first Monday. Every other grid starts at the epoch. */
const MONDAY_OFFSET = 4 * DAY;

/** Duration in ms. @throws Error that names the allowed set */
export function durationOf(interval: string): number {
  const row = INTERVALS.find((candidate) => candidate.interval === interval);
  if (row === undefined)
    throw new Error(`interval: '${interval}' is not one of ${INTERVAL_NAMES.join(', ')}`);
  return row.durationMs;
}

/** 1m = 1 ... 1w = 13. @throws Error that names the allowed set */
export function intervalNumber(interval: string): number {
  durationOf(interval);
  return INTERVAL_NAMES.indexOf(interval) + 1;
}

/** Open times of the interval's grid are those with `(openTime - gridOffset) % duration === 0`. */
export function gridOffset(durationMs: number): number {
  return durationMs === WEEK ? MONDAY_OFFSET : 0;
}
