import { KLINE_COLUMNS } from '../../warehouse/index.js';
import type { Row } from './reconcile.js';

/** A derived bar that contradicts a bar that stands: the column that says so best. Unknown is NaN. */
export interface ResampleConflict {
  readonly closeTime: number;
  readonly column: string;
  readonly standing: number;
  readonly derived: number;
}

/** What to tell of two bars of one time that differ. */
export function conflictOf(derived: Row, standing: Row): ResampleConflict {
  const differing = KLINE_COLUMNS.map((_, c) => c).filter((c) => !Object.is(at(derived, c), at(standing, c)));
  // Prices and counts before sums, which may differ in their last digits only.
  const column =
    differing.find((c) => !/volume|taker/.test(KLINE_COLUMNS[c]!.name)) ??
    widest(differing, derived, standing);
  return {
    closeTime: at(
      derived,
      KLINE_COLUMNS.findIndex(({ name }) => name === 'close_time'),
    ),
    column: KLINE_COLUMNS[column]!.name,
    standing: at(standing, column),
    derived: at(derived, column),
  };
}

const at = ({ columns, row }: Row, column: number): number => columns[column]![row]!;

/** The column that differs most in proportion; a known value beside an unknown one first. */
function widest(columns: readonly number[], a: Row, b: Row): number {
  const distance = (column: number): number => {
    const [x, y] = [at(a, column), at(b, column)];
    const relative = Math.abs(x - y) / Math.max(Math.abs(x), Math.abs(y));
    return Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative;
  };
  return columns.reduce((best, column) => (distance(column) > distance(best) ? column : best));
}
