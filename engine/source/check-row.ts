import { COLUMN, type RowReason } from './kline-chunk.js';

/** A time from here on is in microseconds (SPEC 2). */
const MICROSECONDS_FROM = 1e14;

/** What the rows of a partition are held against. */
export interface RowRules {
  readonly durationMs: number;
  /** Open times are those with `(openTime - gridOffset) % durationMs === 0`. */
  readonly gridOffset: number;
  /** A bar whose normal close_time is not before this is still open. */
  readonly now: number;
}

/** A row that is kept: as it stands, or with its close_time moved to the normal one. */
export type RowVerdict = RowReason | 'OK' | 'TRUNCATED';

/**
 * Checks a parsed row against SPEC 2, in its order, and normalises its times in place: microseconds become
 * milliseconds (a close_time rounded down), a close_time that the exchange cut short becomes the normal one.
 *
 * @remarks VOLUME looks at `volume` alone: SPEC 2 names no other sum.
 */
export function checkRow(columns: readonly Float64Array[], row: number, rules: RowRules): RowVerdict {
  const openTime = onMilliseconds(columns[COLUMN.OPEN_TIME]![row]!);
  const closeTime = milliseconds(columns[COLUMN.CLOSE_TIME]![row]!);
  const open = columns[COLUMN.OPEN]![row]!;
  const high = columns[COLUMN.HIGH]![row]!;
  const low = columns[COLUMN.LOW]![row]!;
  const close = columns[COLUMN.CLOSE]![row]!;
  if (!isExact(openTime) || !isExact(closeTime)) return 'PARSE';
  if (!(open > 0 && high > 0 && low > 0 && close > 0)) return 'PRICE';
  if (low > open || low > close || high < open || high < close) return 'RANGE';
  if (columns[COLUMN.VOLUME]![row]! < 0) return 'VOLUME';
  if ((openTime - rules.gridOffset) % rules.durationMs !== 0) return 'GRID';
  const normal = openTime + rules.durationMs - 1;
  if (closeTime > normal || closeTime < openTime) return 'CLOSE_TIME';
  if (normal >= rules.now) return 'OPEN_BAR';
  columns[COLUMN.OPEN_TIME]![row] = openTime;
  columns[COLUMN.CLOSE_TIME]![row] = normal;
  return closeTime < normal ? 'TRUNCATED' : 'OK';
}

/** Beyond 2^53 a float64 holds no single millisecond; no bar is as far away, in either direction. */
function isExact(time: number): boolean {
  return Math.abs(time) <= Number.MAX_SAFE_INTEGER;
}

/** An open_time between two milliseconds stays a fraction, which is on no grid. */
function onMilliseconds(time: number): number {
  return time >= MICROSECONDS_FROM ? time / 1000 : time;
}

/** A time of SPEC 2 in ms: from 1e14 on it is in microseconds. */
export function milliseconds(time: number): number {
  return time >= MICROSECONDS_FROM ? Math.floor(time / 1000) : time;
}
