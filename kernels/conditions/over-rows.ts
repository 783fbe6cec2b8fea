import { PIECE, Staged, standIn } from '../wasm/staging.js';
import { type RunRows, UNKNOWN } from './condition.js';

/** Calls a function of the WebAssembly module: addresses of the first row, then rows. */
type RowsCall = (y: number, streak: number, out: number, rows: number) => void;

/** Rows of a group: functions of the module write whole ones. */
const GROUP = 16;
const [Y, STREAK, OUT, SCRATCH] = [0, 1, 2, 3];

/**
 * Evaluates rows piece by piece. Rows with fewer than `span` rows before them are unknown; every row that is handed over has its window
 * in the column.
 */
export function overRows(
  y: Float64Array,
  streak: Int32Array,
  span: number,
  out: Uint8Array,
  call: RowsCall,
): RunRows {
  const ys = new Staged(Y, y);
  const streaks = new Staged(STREAK, streak);
  const outs = new Staged(OUT, out);
  return (start, end) => {
    const first = Math.min(end, Math.max(start, span));
    if (first > start) out.fill(UNKNOWN, start, first);
    for (let from = first; from < end; from += PIECE) {
      const to = Math.min(end, from + PIECE);
      call(ys.read(from, to, span), streaks.read(from, to), outs.write(from, to), to - from);
      outs.written(from, to);
    }
  };
}

/** Address of `columns` columns of bytes for `rows` rows and the `window` rows before them. */
export function scratchFor(columns: number, rows: number, window: number): number {
  return standIn(SCRATCH, columns * (rows + window + 2 * GROUP));
}
