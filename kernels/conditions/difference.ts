import { wasm } from '../wasm/module.js';
import { PIECE, Staged } from '../wasm/staging.js';
import type { RunRows } from './condition.js';

/** `left - right` into `out`: y of a metric with a reference (SPEC 4). */
export function difference(left: Float64Array, right: Float64Array, out: Float64Array): RunRows {
  const lefts = new Staged(0, left);
  const rights = new Staged(1, right);
  const outs = new Staged(2, out);
  return (start, end) => {
    for (let from = start; from < end; from += PIECE) {
      const to = Math.min(end, from + PIECE);
      wasm.difference(lefts.read(from, to), rights.read(from, to), outs.write(from, to), to - from);
      outs.written(from, to);
    }
  };
}
