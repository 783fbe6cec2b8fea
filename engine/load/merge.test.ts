import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMN, COLUMN_COUNT } from '../source/kline-chunk.js';
import { ChunkMerge, type Columns, isSameRow, OUTCOME, pick } from './merge.js';
import { GridBits } from './seen-keys.js';

const MINUTE = 60_000;
type Row = number[];

/** A bar that differs from its like in one price only. */
const row = (bar: number, close: number): Row => [
  bar * MINUTE,
  1,
  9,
  1,
  close,
  2,
  bar * MINUTE + MINUTE - 1,
  3,
  4,
  5,
  Number.NaN,
];
const columnsOf = (rows: readonly Row[]): Float64Array[] =>
  Array.from({ length: COLUMN_COUNT }, (_, column) => Float64Array.from(rows, (values) => values[column]!));
const rowsOf = (columns: Columns, rows: number): Row[] =>
  Array.from({ length: rows }, (_, i) => columns.map((column) => column[i]!));

/** What SPEC 2 says, one row at a time, over a map. */
function naive(
  standing: Map<number, Row>,
  file: readonly Row[],
  isRevising: boolean,
  provisional: Set<number>,
): number[] {
  const brought = new Set<number>();
  return file.map((values) => {
    const key = values[COLUMN.CLOSE_TIME]!;
    const truth = standing.get(key);
    const isFirst = !brought.has(key);
    brought.add(key);
    if (truth === undefined) {
      standing.set(key, values);
      return OUTCOME.ADD;
    }
    if (provisional.delete(key)) {
      standing.set(key, values);
      return OUTCOME.REPLACE;
    }
    if (truth[COLUMN.CLOSE] === values[COLUMN.CLOSE]) return OUTCOME.DUPLICATE;
    if (!isRevising || !isFirst) return OUTCOME.CONFLICT;
    standing.set(key, values);
    return OUTCOME.REVISE;
  });
}

/** The same by ChunkMerge, chunk by chunk, standing rows fed in batches. */
function merged(
  standing: Map<number, Row>,
  file: readonly Row[],
  isRevising: boolean,
  chunkRows: number,
  batchRows: number,
  provisional = new Set<number>(),
): number[] {
  const seen = isRevising ? new GridBits(MINUTE) : null;
  const outcomes: number[] = [];
  for (let at = 0; at < file.length; at += chunkRows) {
    const chunk = file.slice(at, at + chunkRows);
    const columns = columnsOf(chunk);
    const merge = new ChunkMerge(columns, chunk.length, seen, provisional);
    const sorted = [...standing.values()].sort((a, b) => a[COLUMN.CLOSE_TIME]! - b[COLUMN.CLOSE_TIME]!);
    for (let i = 0; i < sorted.length; i += batchRows) {
      const batch = sorted.slice(i, i + batchRows);
      merge.feed(columnsOf(batch), batch.length);
    }
    merge.finish();
    outcomes.push(...merge.outcomes);
    for (const outcome of [OUTCOME.ADD, OUTCOME.REVISE, OUTCOME.REPLACE]) {
      const picked = pick(merge, columns, outcome);
      const rows = rowsOf(picked.columns, picked.rows);
      const keys = rows.map((values) => values[COLUMN.CLOSE_TIME]!);
      expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b));
      for (const values of rows) standing.set(values[COLUMN.CLOSE_TIME]!, values);
      if (outcome === OUTCOME.REPLACE) for (const key of keys) provisional.delete(key);
    }
  }
  return outcomes;
}

const bars = (max: number) =>
  fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 2, max: 4 })), { maxLength: max });

describe('ChunkMerge', () => {
  it('does what the naive twin does, in any order of rows and any cutting, with and without revising', () => {
    fc.assert(
      fc.property(
        bars(20),
        bars(60),
        fc.boolean(),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 4 }),
        (before, file, isRevising, chunkRows, batchRows, every) => {
          const start = before.map(([bar, close]): [number, Row] => [
            bar * MINUTE + MINUTE - 1,
            row(bar, close),
          ]);
          const rows = file.map(([bar, close]) => row(bar, close));
          const expected = new Map(start);
          const actual = new Map(start);
          // Some of the standing bars were made of incomplete buckets.
          const provisional = () => new Set(start.map(([key]) => key).filter((_, i) => i % every === 1));
          const outcomes = naive(expected, rows, isRevising, provisional());
          expect(merged(actual, rows, isRevising, chunkRows, batchRows, provisional())).toEqual(outcomes);
          expect([...actual].sort(([a], [b]) => a - b)).toEqual([...expected].sort(([a], [b]) => a - b));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('a file that was loaded, revising or not, brings nothing new the second time', () => {
    fc.assert(
      fc.property(bars(20), bars(40), fc.boolean(), (before, file, isRevising) => {
        const standing = new Map(before.map(([bar, close]) => [bar * MINUTE + MINUTE - 1, row(bar, close)]));
        const rows = file.map(([bar, close]) => row(bar, close));
        merged(standing, rows, isRevising, 7, 5);
        const again = merged(standing, rows, isRevising, 7, 5);
        expect(again.every((outcome) => outcome === OUTCOME.DUPLICATE || outcome === OUTCOME.CONFLICT)).toBe(
          true,
        );
      }),
    );
  });
});

describe('isSameRow', () => {
  const base = [0, 1, 9, 1, 5, 1000, MINUTE - 1, 1000, 4, 1000, Number.NaN];
  const same = (change: Record<number, number>): boolean => {
    const other = base.map((value, column) => change[column] ?? value);
    const [a, b] = [columnsOf([base]), columnsOf([other])];
    expect(isSameRow(b, 0, a, 0)).toBe(isSameRow(a, 0, b, 0));
    return isSameRow(a, 0, b, 0);
  };

  it('allows the four sums 1e-12 relative and nothing else', () => {
    const within = 1000 * (1 + 9e-13);
    const beyond = 1000 * (1 + 1.1e-12);
    expect(same({})).toBe(true);
    for (const column of [COLUMN.VOLUME, COLUMN.QUOTE_VOLUME, COLUMN.TAKER_BUY_BASE]) {
      expect(same({ [column]: within })).toBe(true);
      expect(same({ [column]: beyond })).toBe(false);
    }
    for (const column of [COLUMN.OPEN, COLUMN.HIGH, COLUMN.LOW, COLUMN.CLOSE, COLUMN.TRADE_COUNT])
      expect(same({ [column]: base[column]! * (1 + 5e-16) })).toBe(false);
    expect(same({ [COLUMN.OPEN_TIME]: 1 })).toBe(false);
  });

  it('unknown equals unknown only', () => {
    expect(same({ [COLUMN.TAKER_BUY_QUOTE]: 0 })).toBe(false);
    expect(same({ [COLUMN.TRADE_COUNT]: Number.NaN })).toBe(false);
    expect(same({ [COLUMN.VOLUME]: 0 })).toBe(false);
  });
});
