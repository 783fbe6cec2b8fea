import type { BatchColumn, Parameters } from '../analytics/session.js';
import type { LogicalTable } from '../logical.js';

/** Rows of a fact as people read them, and how to walk through them in order. */
export interface FactPage {
  /** Expressions over `p`, the rows of `from`. */
  readonly columns: readonly BatchColumn[];
  /**
   * Tables or queries, under the name `p`. Where there are several, or `time.key` is 1, the first part of a row's key is the
   * number of the source it comes from.
   */
  readonly from: readonly string[];
  /** Conditions over `p`: ids and times are written as numbers, texts are parameters. */
  readonly where: readonly string[];
  readonly parameters: Parameters;
  /** Expressions over `p` that order the rows; no two rows agree in all. */
  readonly order: readonly string[];
  /** Which of them are texts; the others are numbers. */
  readonly textKeys: readonly number[];
  /** null: the order does not follow time. */
  readonly time: TimeKey | null;
}

/** A time among the keys, by which a page can be found without looking at the other rows. */
export interface TimeKey {
  /** Which of `order` it is; 1: behind the number of the source. */
  readonly key: 0 | 1;
  /** Where rows are to be expected, epoch ms: [from, to). Rows elsewhere are found, too. */
  readonly from: number;
  readonly to: number;
  /** Rows a millisecond of one source: at most, as far as intervals tell, and to begin with. */
  readonly most: number;
  readonly density: number;
}

export interface PageOrder {
  readonly isDescending: boolean;
  /** Values of `order` of the last row that was seen, times as whole numbers; null: from the start. */
  readonly after: readonly (number | string)[] | null;
  readonly limit: number;
}

/** The key of a page's last row: `after` of the next page; null: this is the last. */
export type NextKey = readonly (number | string)[] | null;

/** A page that is read at once. */
export interface ShortPage {
  readonly next: NextKey;
  /** At least one, which may be empty. */
  readonly tables: readonly LogicalTable[];
}

/** A page that is read as it is asked for. */
export interface LongPage {
  readonly next: NextKey;
  readonly tables: AsyncIterable<LogicalTable>;
}
