import { type ChunkArrays, COLUMN_COUNT, type RowReject } from './kline-chunk.js';
import type { KlineOptions } from './klines.js';
import type { UnpackLimits } from './unpack-limits.js';

/** Chunks on their way at once: one is written by the main thread while the next ones are parsed. */
export const SLOTS = 4;
/** Rows of a chunk: few, so that the writing begins soon after the parsing. */
export const SLOT_ROWS = 32_768;

/** To the parsing thread. */
export type ParseOrder =
  | {
      readonly type: 'read';
      readonly path: string;
      readonly limits: UnpackLimits;
      readonly options: Omit<KlineOptions, 'memory'>;
      readonly slots: readonly SharedArrayBuffer[];
    }
  /** The chunk in `slot` is done with. */
  | { readonly type: 'free'; readonly slot: number }
  | { readonly type: 'texts'; readonly slot: number; readonly rows: readonly number[] };

/** From the parsing thread, chunks in the order of the file. */
export type ParseNews =
  | {
      readonly type: 'chunk';
      readonly slot: number;
      readonly rows: number;
      readonly rejects: readonly RowReject[];
    }
  | { readonly type: 'texts'; readonly texts: readonly string[] }
  | { readonly type: 'end'; readonly sha256: string | null }
  | {
      readonly type: 'error';
      readonly name: string;
      readonly message: string;
      readonly code: string | undefined;
    };

const NUMBERS_BYTES = SLOT_ROWS * Float64Array.BYTES_PER_ELEMENT;

export function createSlot(): SharedArrayBuffer {
  return new SharedArrayBuffer((COLUMN_COUNT + 1) * NUMBERS_BYTES + SLOT_ROWS);
}

/** The arrays of a chunk on memory that both threads see. */
export function slotArrays(slot: SharedArrayBuffer): ChunkArrays {
  const numbers = Array.from(
    { length: COLUMN_COUNT + 1 },
    (_, i) => new Float64Array(slot, i * NUMBERS_BYTES, SLOT_ROWS),
  );
  return {
    columns: numbers.slice(0, COLUMN_COUNT),
    lines: numbers[COLUMN_COUNT]!,
    truncated: new Uint8Array(slot, (COLUMN_COUNT + 1) * NUMBERS_BYTES, SLOT_ROWS),
  };
}
