import { COLUMN } from '../source/kline-chunk.js';

/** What becomes of a row of a chunk. */
export const OUTCOME = { ADD: 0, DUPLICATE: 1, CONFLICT: 2, REVISE: 3, REPLACE: 4 } as const;

/** Floats that are sums of many trades agree to this, relatively, between two copies of a bar (SPEC 2). */
const SUM_TOLERANCE = 1e-12;

const EXACT = [
  COLUMN.OPEN_TIME,
  COLUMN.OPEN,
  COLUMN.HIGH,
  COLUMN.LOW,
  COLUMN.CLOSE,
  COLUMN.CLOSE_TIME,
  COLUMN.TRADE_COUNT,
] as const;
const SUMS = [COLUMN.VOLUME, COLUMN.QUOTE_VOLUME, COLUMN.TAKER_BUY_BASE, COLUMN.TAKER_BUY_QUOTE] as const;

export type Columns = readonly Float64Array[];

/** Remembers which keys a file has brought, so that a file that revises does not revise itself. */
export interface SeenKeys {
  has(closeTime: number): boolean;
  add(closeTime: number): void;
}

const areUnknown = (x: number, y: number): boolean => Number.isNaN(x) && Number.isNaN(y);

/** Same values: times, prices, trade_count equal; the four sums within 1e-12; unknown = unknown. */
export function isSameRow(a: Columns, i: number, b: Columns, j: number): boolean {
  for (const column of EXACT) {
    const x = a[column]![i]!;
    const y = b[column]![j]!;
    if (x !== y && !areUnknown(x, y)) return false;
  }
  for (const column of SUMS) {
    const x = a[column]![i]!;
    const y = b[column]![j]!;
    if (x === y || areUnknown(x, y)) continue;
    // Written so that an unknown on one side is a difference.
    if (!(Math.abs(x - y) <= SUM_TOLERANCE * Math.max(Math.abs(x), Math.abs(y)))) return false;
  }
  return true;
}

/**
 * Decides what becomes of each row of a chunk, given the rows that stand in the warehouse. The first value of a key
 * stands, within the chunk too; with `revising` a row replaces one that stood before its file, once. A provisional row
 * (`resample` made it of an incomplete bucket) is no truth: the first row of its key takes its place.
 *
 * Standing rows are fed in time order, batch by batch, and are not kept.
 */
export class ChunkMerge {
  /** `OUTCOME` of each row, in the order of the chunk; complete after `finish`. */
  readonly outcomes: Uint8Array;
  /** The chunk's rows in the order of close_time, equal ones in the order of the file. */
  readonly order: Uint32Array;
  /** All rows are to be added as they stand; complete after `finish`. */
  isPlain = false;
  /** The chunk's rows came in the order of close_time. */
  readonly isSorted: boolean;
  private readonly hasTwins: boolean;
  private at = 0;

  /**
   * @param revising keys that the file has brought in chunks before this one; null: the first value stands
   * @param provisional keys of the standing rows that give way to any row
   */
  constructor(
    private readonly columns: Columns,
    private readonly rows: number,
    private readonly revising: SeenKeys | null,
    private readonly provisional: ReadonlySet<number> = new Set(),
  ) {
    this.outcomes = new Uint8Array(rows);
    const keys = columns[COLUMN.CLOSE_TIME]!;
    this.order = new Uint32Array(rows);
    let isSorted = true;
    let hasTwins = false;
    let before = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < rows; row++) {
      const key = keys[row]!;
      this.order[row] = row;
      if (key < before) isSorted = false;
      if (key === before) hasTwins = true;
      before = key;
    }
    this.isSorted = isSorted;
    this.hasTwins = hasTwins;
    // Stable: equal keys stay in the order of the file.
    if (!isSorted) this.order.sort((a, b) => keys[a]! - keys[b]!);
  }

  /** Rows that stand already, after all that were fed before. */
  feed(standing: Columns, rows: number): void {
    const keys = this.columns[COLUMN.CLOSE_TIME]!;
    const standingKeys = standing[COLUMN.CLOSE_TIME]!;
    for (let j = 0; j < rows && this.at < this.rows; j++) {
      const key = standingKeys[j]!;
      while (this.at < this.rows && keys[this.order[this.at]!]! < key) this.take(this.columns, -1);
      if (this.at < this.rows && keys[this.order[this.at]!]! === key) this.take(standing, j);
    }
  }

  /** No more rows stand. */
  finish(): void {
    // The load of a new file: `outcomes` says ADD already.
    if (this.at === 0 && this.isSorted && !this.hasTwins && this.revising === null) {
      this.at = this.rows;
      this.isPlain = true;
    }
    while (this.at < this.rows) this.take(this.columns, -1);
  }

  /** Decides all rows of the next key; `standing[j]` is the row that stands, none when j is -1. */
  private take(standing: Columns, j: number): void {
    const { columns, order, outcomes } = this;
    const keys = columns[COLUMN.CLOSE_TIME]!;
    const first = order[this.at]!;
    const key = keys[first]!;
    let truth = standing;
    let truthRow = j;
    if (j < 0) {
      outcomes[first] = OUTCOME.ADD;
      this.at++;
      truthRow = first;
      this.revising?.add(key);
    } else if (this.provisional.has(key)) {
      // The same values too: from now on the bar is a loaded one.
      outcomes[first] = OUTCOME.REPLACE;
      this.at++;
      truth = columns;
      truthRow = first;
      this.revising?.add(key);
    } else if (this.revising !== null && !this.revising.has(key)) {
      this.revising.add(key);
      this.at++;
      if (isSameRow(columns, first, standing, j)) outcomes[first] = OUTCOME.DUPLICATE;
      else {
        outcomes[first] = OUTCOME.REVISE;
        truth = columns;
        truthRow = first;
      }
    }
    while (this.at < this.rows && keys[order[this.at]!]! === key) {
      const row = order[this.at]!;
      outcomes[row] = isSameRow(columns, row, truth, truthRow) ? OUTCOME.DUPLICATE : OUTCOME.CONFLICT;
      this.at++;
    }
  }
}

/**
 * The rows of `outcome` in time order: copied, except where all rows are of it and stand in order already (a fresh
 * load), which gives `columns` themselves. Arrays may be longer than `rows`.
 */
export function pick(
  merge: ChunkMerge,
  columns: Columns,
  outcome: number,
): { columns: Columns; rows: number } {
  const { order, outcomes, isPlain, isSorted } = merge;
  if (isPlain) return { columns, rows: outcome === OUTCOME.ADD ? order.length : 0 };
  const picked = new Uint32Array(order.length);
  let rows = 0;
  for (let i = 0; i < order.length; i++) {
    picked[rows] = order[i]!;
    if (outcomes[order[i]!] === outcome) rows++;
  }
  if (isSorted && rows === order.length) return { columns, rows };
  return { columns: columns.map((column) => gather(column, picked.subarray(0, rows))), rows };
}

function gather(column: Float64Array, rows: Uint32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = column[rows[i]!]!;
  return out;
}
