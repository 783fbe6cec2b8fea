/** Slots of a chunk's columns, in the order of SPEC 2 and of the warehouse's KLINE_COLUMNS. */
export const COLUMN = {
  OPEN_TIME: 0,
  OPEN: 1,
  HIGH: 2,
  LOW: 3,
  CLOSE: 4,
  VOLUME: 5,
  CLOSE_TIME: 6,
  QUOTE_VOLUME: 7,
  TRADE_COUNT: 8,
  TAKER_BUY_BASE: 9,
  TAKER_BUY_QUOTE: 10,
} as const;
export const COLUMN_COUNT = 11;

/** Rows of a chunk where the caller does not say otherwise. */
export const CHUNK_ROWS = 65_536;

/** Reasons of SPEC 2 that a row shows by itself, in the order in which they are looked for. */
export const ROW_REASONS = ['PARSE', 'PRICE', 'RANGE', 'VOLUME', 'GRID', 'CLOSE_TIME', 'OPEN_BAR'] as const;
export type RowReason = (typeof ROW_REASONS)[number];
/** All of SPEC 2: the last two are known only where the row meets the warehouse. */
export type RejectReason = RowReason | 'TRUNCATED' | 'CONFLICT';

/** A row that was not taken, or (TRUNCATED) taken with a note. */
export interface RowReject {
  /** Physical line, counted from 1, the header included. */
  readonly line: number;
  readonly reason: RejectReason;
  /** The line's text without its end, cut at `RAW_LIMIT` characters. */
  readonly raw: string;
}

/** Rows of a source that passed every check of their own, as columns, and those that did not, as text. */
export interface KlineChunk {
  /** `COLUMN_COUNT` columns; the first `rows` values count. Times in ms, close_time normalised, unknown = NaN. */
  readonly columns: readonly Float64Array[];
  readonly rows: number;
  /** Physical line of every row. */
  readonly lines: Float64Array;
  /** 1 where the source's close_time was earlier than the normal one. */
  readonly truncated: Uint8Array;
  readonly rejects: readonly RowReject[];
  /** Texts of the lines that these rows came from. */
  texts(rows: readonly number[]): Promise<readonly string[]>;
}

/** Memory of one chunk: all arrays of one length, the rows that it may have. */
export interface ChunkArrays {
  readonly columns: readonly Float64Array[];
  readonly lines: Float64Array;
  readonly truncated: Uint8Array;
}

/** Gives the arrays that the next chunk is written to. Asked when the chunk before it is done with. */
export type ChunkMemory = () => ChunkArrays;

/** The same arrays for one chunk after another. */
export function ownMemory(rows = CHUNK_ROWS): ChunkMemory {
  const arrays: ChunkArrays = {
    columns: Array.from({ length: COLUMN_COUNT }, () => new Float64Array(rows)),
    lines: new Float64Array(rows),
    truncated: new Uint8Array(rows),
  };
  return () => arrays;
}

/** Longest raw text that is kept, in characters. */
export const RAW_LIMIT = 1000;
/** Bytes that certainly hold `RAW_LIMIT` characters of UTF-8. */
const RAW_BYTES = 4 * RAW_LIMIT;

/** Text of a line that began with `head` and was `length` bytes long; says so when it was cut. */
export function rawText(head: Buffer, length: number): string {
  const text = head.subarray(0, RAW_BYTES).toString('utf8');
  if (length <= head.length && text.length <= RAW_LIMIT && head.length <= RAW_BYTES) return text;
  return `${text.slice(0, RAW_LIMIT)} ... (cut; the line has ${length} bytes)`;
}
