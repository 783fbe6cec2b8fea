import { gridOffset } from '../interval.js';
import type { Coverage, Stretch } from './coverage.js';

const DAY = 86_400_000;
/** Klines that one request of the API returns at most. */
export const PAGE_ROWS = 1000;
/** A stretch of so many pages is asked of the API; a longer one is taken from daily dumps as far as they reach. */
const FEW_PAGES = 10;

/** What is to be fetched for one stretch of time, ranges in open times on the interval's grid. */
export type Piece =
  /** A month's dump; `isThere`: every bar stands in the warehouse, so only a changed hash is of interest. */
  | (Stretch & { readonly kind: 'month'; readonly isThere: boolean })
  /** A day's dump; `isThere` as for a month. */
  | (Stretch & { readonly kind: 'day'; readonly isThere: boolean })
  | (Stretch & { readonly kind: 'rest' });

export interface Wanted extends Stretch {
  readonly durationMs: number;
  /** Epoch ms: bars that have not closed by then are not wanted. */
  readonly now: number;
}

/** The first open time at or after `time`. */
export function onGrid(time: number, durationMs: number): number {
  const offset = gridOffset(durationMs);
  return offset + Math.ceil((time - offset) / durationMs) * durationMs;
}

/** Open times of the closed bars that `wanted` asks for; empty when from >= to. */
export function closedRange({ from, to, durationMs, now }: Wanted): Stretch {
  // SPEC 2: a bar whose close_time, a duration behind its open_time less 1 ms, is not before `now` is open.
  const end = onGrid(now - durationMs + 1, durationMs);
  return { from: onGrid(from, durationMs), to: Math.min(onGrid(to, durationMs), end) };
}

/**
 * Cuts a range into pieces in time order: whole months as monthly dumps, and what is left of the first and the last
 * month from the API when that is a matter of a few requests, else from daily dumps.
 *
 * @param range open times on the grid
 * @param coverage what stands in the warehouse: nothing is fetched for it
 * @param loadedDays starts of days whose daily dumps were loaded: they may have changed since
 */
export function planPieces(
  range: Stretch,
  durationMs: number,
  coverage: Coverage,
  loadedDays: readonly number[] = [],
): Piece[] {
  const pieces: Piece[] = [];
  for (let month = startOfMonth(range.from); month < range.to; month = nextMonth(month)) {
    const from = onGrid(month, durationMs);
    const to = onGrid(nextMonth(month), durationMs);
    if (from >= range.from && to <= range.to) {
      const isThere = coverage.missing({ from, to }).length === 0;
      if (from < to) pieces.push({ kind: 'month', from, to, isThere });
      continue;
    }
    const part = { from: Math.max(from, range.from), to: Math.min(to, range.to) };
    const hull = missingHull(part, coverage);
    const wanted = hull === null ? [] : planMissing(hull, durationMs);
    const isWanted = (day: Stretch): boolean =>
      wanted.some(({ kind, from }) => kind === 'day' && from === day.from);
    const known = daysWithin(part, loadedDays).filter((day) => !isWanted(day));
    pieces.push(...wanted, ...known.map((day) => ({ kind: 'day', ...day, isThere: true }) as const));
  }
  return pieces;
}

function planMissing(hull: Stretch, durationMs: number): Piece[] {
  const rows = (hull.to - hull.from) / durationMs;
  return rows <= FEW_PAGES * PAGE_ROWS ? [{ kind: 'rest', ...hull }] : planDays(hull, durationMs);
}

/** Whole months of a range of open times. */
export function monthsWithin(range: Stretch): Stretch[] {
  const months: Stretch[] = [];
  for (let from = startOfMonth(range.from); from < range.to; from = nextMonth(from)) {
    const to = nextMonth(from);
    if (from >= range.from && to <= range.to) months.push({ from, to });
  }
  return months;
}

/** Whole days of a range of open times; of `starts`, where they are given. */
export function daysWithin(range: Stretch, starts?: readonly number[]): Stretch[] {
  const first = Math.ceil(range.from / DAY) * DAY;
  const count = Math.max(0, Math.floor((range.to - first) / DAY));
  return (starts ?? Array.from({ length: count }, (_, i) => first + i * DAY))
    .map((from) => ({ from, to: from + DAY }))
    .filter(({ from, to }) => from >= range.from && to <= range.to)
    .sort((a, b) => a.from - b.from);
}

/** Whole days as daily dumps; the rest, and intervals of more than a day, from the API. */
export function planDays(range: Stretch, durationMs: number): Piece[] {
  const pieces: Piece[] = [];
  const rest = (from: number, to: number): void => {
    if (from < to) pieces.push({ kind: 'rest', from, to });
  };
  const firstDay = Math.ceil(range.from / DAY) * DAY;
  const lastDay = Math.floor(range.to / DAY) * DAY;
  if (durationMs > DAY || firstDay >= lastDay) {
    rest(range.from, range.to);
    return pieces;
  }
  rest(range.from, firstDay);
  for (let day = firstDay; day < lastDay; day += DAY)
    pieces.push({ kind: 'day', from: day, to: day + DAY, isThere: false });
  rest(lastDay, range.to);
  return pieces;
}

/** Windows of one request each. */
export function pagesOf(range: Stretch, durationMs: number, longestMs: number): Stretch[] {
  const rows = Math.max(1, Math.min(PAGE_ROWS, Math.floor(longestMs / durationMs)));
  const pages: Stretch[] = [];
  for (let from = range.from; from < range.to; from += rows * durationMs)
    pages.push({ from, to: Math.min(range.to, from + rows * durationMs) });
  return pages;
}

/** From the first to the last missing bar: small gaps that stay gaps should not cost a request each. */
function missingHull(range: Stretch, coverage: Coverage): Stretch | null {
  const missing = coverage.missing(range);
  return missing.length === 0 ? null : { from: missing[0]!.from, to: missing.at(-1)!.to };
}

function startOfMonth(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

function nextMonth(month: number): number {
  const date = new Date(month);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}
