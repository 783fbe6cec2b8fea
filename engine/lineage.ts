import { createHash, type Hash } from 'node:crypto';
import { BLOCK_ROWS } from './pipeline.js';

/** Hash of the klines of one block, and where it ends. */
export interface BlockHash {
  /** Absolute rows of the partition up to and with this block. */
  readonly rows: number;
  readonly closeTime: number;
  readonly klineHash: string;
}

/**
 * SHA-256 of a partition's klines per block of 1,024 bars counted from its first (SPEC 9), over rows of float64 little
 * endian in the order of `KLINE_COLUMNS`. Fed in chunks of any size.
 */
export class BlockHasher {
  #rows: number;
  #hash: Hash = createHash('sha256');
  #closeTime = 0;
  #pending = false;

  /** @param rows absolute rows before the first chunk: the end of a block, or 0 */
  constructor(rows: number) {
    this.#rows = rows;
  }

  /**
   * @param klines the columns of `KLINE_COLUMNS`
   * @returns the blocks that ended inside the chunk
   */
  push(klines: readonly Float64Array[], rows: number): BlockHash[] {
    const ended: BlockHash[] = [];
    for (let from = 0; from < rows; ) {
      const count = Math.min(rows - from, BLOCK_ROWS - (this.#rows % BLOCK_ROWS));
      this.#hash.update(interleave(klines, from, count));
      this.#rows += count;
      from += count;
      this.#closeTime = klines[CLOSE_TIME_COLUMN]![from - 1]!;
      this.#pending = true;
      if (this.#rows % BLOCK_ROWS === 0) ended.push(this.#end());
    }
    return ended;
  }

  /** The last, incomplete block; null when the partition ends with a whole one. */
  finish(): BlockHash | null {
    return this.#pending ? this.#end() : null;
  }

  /** The incomplete block as it stands; null behind a whole one. Hashing goes on. */
  peek(): BlockHash | null {
    if (!this.#pending) return null;
    return { rows: this.#rows, closeTime: this.#closeTime, klineHash: this.#hash.copy().digest('hex') };
  }

  #end(): BlockHash {
    const block = { rows: this.#rows, closeTime: this.#closeTime, klineHash: this.#hash.digest('hex') };
    this.#hash = createHash('sha256');
    this.#pending = false;
    return block;
  }
}

const CLOSE_TIME_COLUMN = 6;

/** Rows of one block at most, as they are hashed: every hasher of the thread is done with them when it returns. */
let cells = new Float64Array(0);

function interleave(columns: readonly Float64Array[], from: number, count: number): Float64Array {
  const width = columns.length;
  if (cells.length < count * width) cells = new Float64Array(BLOCK_ROWS * width);
  columns.forEach((column, c) => {
    for (let r = 0, i = c; r < count; r++, i += width) cells[i] = column[from + r]!;
  });
  return cells.subarray(0, count * width);
}

/** One hash for a range: SHA-256 over the hashes of its blocks, as the ledger keeps it. */
export function hashOfBlocks(hashes: readonly string[]): string {
  const hash = createHash('sha256');
  for (const hex of hashes) hash.update(`${hex}\n`);
  return hash.digest('hex');
}
