import { isSameRow } from '../load/merge.js';

/** What becomes of a derived bar. */
export type Verdict =
  /** No bar stands: it is written. */
  | 'ADD'
  /** A derived bar stands that is older or less complete: it is replaced. */
  | 'REPLACE'
  /** A loaded bar stands that is the same, or a derived one that needs no change. */
  | 'KEEP'
  /** A bar stands that says something else, and was not derived from these bars. */
  | 'CONFLICT'
  /** Not all bars of the bucket are there: it is left out. */
  | 'INCOMPLETE';

type Columns = readonly Float64Array[];

/** A row among columns in the order of `KLINE_COLUMNS`. */
export interface Row {
  readonly columns: Columns;
  readonly row: number;
}

/** What a bar was made of: `bars` bars of `durationMs` each. */
export interface Made {
  readonly durationMs: number;
  readonly bars: number;
}

/**
 * Decides about one bar. Market truth is immutable: what was loaded stands. What was derived follows its bars, and never
 * becomes less complete (bars that are forgotten take nothing with them).
 *
 * @param expected bars of a complete bucket
 * @param standing the bar that stands at its place, null: none
 * @param standingMade what that bar was made of; null: it was loaded
 * @param isPartialWanted incomplete buckets are derived too
 */
export function reconcile(
  derived: Row,
  made: Made,
  expected: number,
  standing: Row | null,
  standingMade: Made | null,
  isPartialWanted: boolean,
): Verdict {
  const isComplete = made.bars === expected;
  if (standing === null) return isComplete || isPartialWanted ? 'ADD' : 'INCOMPLETE';
  // Half a bucket has no say about a whole bar.
  if (standingMade === null) {
    if (!isComplete) return 'INCOMPLETE';
    return isSameRow(derived.columns, derived.row, standing.columns, standing.row) ? 'KEEP' : 'CONFLICT';
  }
  const covered = made.bars * made.durationMs - standingMade.bars * standingMade.durationMs;
  if (covered < 0) return 'KEEP';
  if (standingMade.durationMs === made.durationMs)
    return covered === 0 && isIdentical(derived, standing) ? 'KEEP' : 'REPLACE';
  // Derived from another interval: the more complete one stands, else the first.
  if (covered > 0) return isComplete || isPartialWanted ? 'REPLACE' : 'INCOMPLETE';
  return isSameRow(derived.columns, derived.row, standing.columns, standing.row) ? 'KEEP' : 'CONFLICT';
}

/** The same bits, so that many runs leave what one run leaves. */
function isIdentical(a: Row, b: Row): boolean {
  return a.columns.every((column, c) => Object.is(column[a.row], b.columns[c]![b.row]));
}
