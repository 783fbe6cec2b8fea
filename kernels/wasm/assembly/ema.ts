import { at, setPair } from './memory';

/** By chain: 1 - k, the distance, and the address of the output's row 0; written by the caller before each call. */
const lanes = memory.data(8 * 20, 16);
export const emaLanes: usize = lanes;
const keeps: usize = lanes;
const distances: usize = lanes + 8 * 8;
const outputs: usize = lanes + 8 * 16;

// @ts-expect-error: decorator
@inline
function output(lane: i32): usize {
  return load<u32>(outputs + (lane << 2));
}

/** One row of two chains into their outputs. */
// @ts-expect-error: decorator
@inline
function putRow(lane: i32, row: i32, values: v128): void {
  v128.store64_lane(at(output(lane), row), values, 0);
  v128.store64_lane(at(output(lane + 1), row), values, 1);
}

/** Two rows of two chains into their outputs. */
// @ts-expect-error: decorator
@inline
function putRows(a: usize, b: usize, row: i32, first: v128, second: v128): void {
  setPair(a, row, v128.shuffle<f64>(first, second, 0, 2));
  setPair(b, row, v128.shuffle<f64>(first, second, 1, 3));
}

// @ts-expect-error: decorator
@inline
function next(keep: v128, distance: v128, step: v128): v128 {
  return f64x2.mul(keep, f64x2.add(distance, step));
}

/** kernels/indicators/ema.ts: eight chains over one column behind their seeds; the row before row 0 is there. */
export function emas(x: usize, rows: i32): void {
  const keepA = v128.load(keeps);
  const keepB = v128.load(keeps, 16);
  const keepC = v128.load(keeps, 32);
  const keepD = v128.load(keeps, 48);
  let a = v128.load(distances);
  let b = v128.load(distances, 16);
  let c = v128.load(distances, 32);
  let d = v128.load(distances, 48);
  const out0 = output(0);
  const out1 = output(1);
  const out2 = output(2);
  const out3 = output(3);
  const out4 = output(4);
  const out5 = output(5);
  const out6 = output(6);
  const out7 = output(7);
  let previous = v128.load64_splat(at(x, -1));
  let i = 0;
  for (; i + 1 < rows; i += 2) {
    const value = v128.load64_splat(at(x, i));
    const step = f64x2.sub(value, previous);
    previous = v128.load64_splat(at(x, i + 1));
    const nextStep = f64x2.sub(previous, value);
    const a1 = next(keepA, a, step);
    const b1 = next(keepB, b, step);
    const c1 = next(keepC, c, step);
    const d1 = next(keepD, d, step);
    a = next(keepA, a1, nextStep);
    b = next(keepB, b1, nextStep);
    c = next(keepC, c1, nextStep);
    d = next(keepD, d1, nextStep);
    putRows(out0, out1, i, f64x2.sub(value, a1), f64x2.sub(previous, a));
    putRows(out2, out3, i, f64x2.sub(value, b1), f64x2.sub(previous, b));
    putRows(out4, out5, i, f64x2.sub(value, c1), f64x2.sub(previous, c));
    putRows(out6, out7, i, f64x2.sub(value, d1), f64x2.sub(previous, d));
  }
  if (i < rows) {
    const value = v128.load64_splat(at(x, i));
    const step = f64x2.sub(value, previous);
    a = next(keepA, a, step);
    b = next(keepB, b, step);
    c = next(keepC, c, step);
    d = next(keepD, d, step);
    putRow(0, i, f64x2.sub(value, a));
    putRow(2, i, f64x2.sub(value, b));
    putRow(4, i, f64x2.sub(value, c));
    putRow(6, i, f64x2.sub(value, d));
  }
  v128.store(distances, a);
  v128.store(distances, b, 16);
  v128.store(distances, c, 32);
  v128.store(distances, d, 48);
}
