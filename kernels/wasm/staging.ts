import { addressOf, keptColumn, MEMORY, type Rows } from './columns.js';

/** Rows that are handed over at a time: those of arrays that stand elsewhere are copied, and a piece stays in the cache. */
export const PIECE = 1024;

/** Stand-ins for arrays that stand elsewhere, made when they are first needed; a call uses each slot once. */
const standIns: Float64Array[] = [];

/** Address of at least `bytes` bytes that belong to the slot until the next call. */
export function standIn(slot: number, bytes: number): number {
  if (standIns[slot] === undefined || standIns[slot].byteLength < bytes)
    standIns[slot] = keptColumn(Math.ceil(bytes / 8));
  return standIns[slot].byteOffset;
}

/** An array as the module's functions see it: in place, or by copies of the rows of a call in a stand-in. */
export class Staged {
  /** Address of row 0; 0: it stands elsewhere. */
  private readonly place: number;
  private readonly rowBytes: number;

  /** @param width elements of a row */
  constructor(
    private readonly slot: number,
    private readonly array: Rows,
    private readonly width = 1,
  ) {
    this.place = addressOf(array);
    this.rowBytes = array.BYTES_PER_ELEMENT * width;
  }

  /** Address of row `from`, for reading the rows `[from - before, to)`. */
  read(from: number, to: number, before = 0): number {
    if (this.place !== 0) return this.place + from * this.rowBytes;
    const first = from - before;
    const at = standIn(this.slot, (to - first) * this.rowBytes);
    this.copyAt(at, to - first).set(this.array.subarray(first * this.width, to * this.width));
    return at + before * this.rowBytes;
  }

  /** Address of row `from`, for writing the rows `[from, to)`; `written` must follow. */
  write(from: number, to: number): number {
    if (this.place !== 0) return this.place + from * this.rowBytes;
    return standIn(this.slot, (to - from) * this.rowBytes);
  }

  /** Brings home what a call wrote into the rows `[from, to)`. */
  written(from: number, to: number): void {
    if (this.place !== 0) return;
    this.array.set(this.copyAt(standIns[this.slot].byteOffset, to - from), from * this.width);
  }

  private copyAt(address: number, rows: number): Rows {
    const type = this.array.constructor as new (buffer: ArrayBuffer, at: number, length: number) => Rows;
    return new type(MEMORY, address, rows * this.width);
  }
}
