import type { Klines } from '../klines.js';

/** What a library makes of a series: unknown rows are left out before the first, or null. */
export type Values = ArrayLike<number | null | undefined>;

/** A series of a call, its last value at the last row, and how its equality with ours is understood. */
export interface LibrarySeries {
  readonly code: string;
  /** The series out of what the call returned; never timed. */
  pick(result: never): Values;
  /** Half a unit of a rounding that the library does, instead of SPEC 3's tolerance. */
  readonly rounding?: number;
  /** What roundings may leave where values pass 0: a difference that is always allowed. */
  readonly atZero?: number;
  /** First row compared, where the library starts another way. */
  readonly from?: number;
  /** Rows where the library has another rule. */
  skip?(klines: Klines, t: number): boolean;
}

/** What a user of the library calls to get these codes. */
export interface LibraryCall<Bars = unknown> {
  readonly name: string;
  run(bars: Bars): unknown;
  readonly series: readonly LibrarySeries[];
}

/** A published library of indicators, and those of its calls that have the formula of SPEC 3. */
export interface Library<Bars = unknown> {
  readonly name: string;
  /** Klines in the form that the library takes: made outside every clock. */
  bars(klines: Klines): Bars;
  readonly calls: readonly LibraryCall<Bars>[];
}

export const codesOf = (calls: readonly LibraryCall[]): string[] =>
  calls.flatMap(({ series }) => series.map(({ code }) => code));

/** A call that returns one series. */
export function one<Bars>(
  code: string,
  run: (bars: Bars) => unknown,
  how: Partial<LibrarySeries> = {},
): LibraryCall<Bars> {
  return { name: code, run, series: [{ code, pick: (values: Values) => values, ...how }] };
}

/** Prices and volume as plain arrays. */
export interface PlainBars {
  readonly open: number[];
  readonly high: number[];
  readonly low: number[];
  readonly close: number[];
  readonly volume: number[];
}

export function plainBars({ columns, rows }: Klines, from = 0, to = rows): PlainBars {
  const [, open, high, low, close, volume] = columns.map((column) => [...column.subarray(from, to)]);
  return { open: open!, high: high!, low: low!, close: close!, volume: volume! };
}

const DAY = 86_400_000;

/** Rows of each UTC day, `[from, to)`: where VWAP_D starts anew and no library does by itself. */
export function days({ columns, rows }: Klines): (readonly [from: number, to: number])[] {
  const dayOf = (t: number): number => Math.floor(columns[0]![t]! / DAY);
  const found: [number, number][] = [];
  for (let from = 0; from < rows; ) {
    let to = from + 1;
    while (to < rows && dayOf(to) === dayOf(from)) to++;
    found.push([from, to]);
    from = to;
  }
  return found;
}

/**
 * On balance volume of the libraries: it starts at 0, not at the first bar's volume. Shifting it rounds once more, which shows
 * where it passes 0.
 */
export const OBV = { atZero: 1e-6, from: 1 };

/** Row by which a start-up that fades by `factor` a row is below 1e-12 of itself. */
export const fadedBy = (factor: number): number => Math.ceil(Math.log(1e-12) / Math.log(factor)) + 40;
