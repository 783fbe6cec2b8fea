import type { Kernel, Params } from './kernel.js';

const ROWS = 96;
const CUTS = [1, 40, 64, ROWS];

const primed = new WeakSet<Kernel>();

/**
 * Runs a kernel over a short made-up walk, in pieces; once a kernel and thread, well under a millisecond each.
 *
 * Why: when the first call of `run` is a long one, V8 compiles its loop in flight (on-stack replacement) before it has ever seen
 * the lines behind the loop. That code then ends in a deoptimisation on every further call and is kept all the same, so each
 * chunk is partly interpreted: measured on chunks of 8,192 rows, up to twice the time of a kernel (Node 20). A kernel that
 * has been seen from end to end first has no such calls.
 */
export function prime(kernel: Kernel, params: Params): void {
  if (primed.has(kernel)) return;
  primed.add(kernel);
  let seed = 1;
  let level = 100;
  const walk = Float64Array.from({ length: ROWS }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    level *= 1 + (seed / 2 ** 32 - 0.5) * 0.02;
    return level;
  });
  // The first slot a little above the rest, the second a little below: highs and lows where a kernel reads them.
  const inputs = kernel.inputs.map((_, slot) =>
    walk.map((v) => v * (slot === 0 ? 1.005 : slot === 1 ? 0.995 : 1)),
  );
  const outputs = kernel.outputs.map(() => new Float64Array(ROWS));
  const state = new Float64Array(kernel.stateSize(params));
  let start = 0;
  for (const end of CUTS) {
    kernel.run(inputs, params, state, outputs, start, end);
    start = end;
  }
  if (kernel.runTogether === undefined) return;
  const states = [0, 1].map(() => new Float64Array(kernel.stateSize(params)));
  start = 0;
  for (const end of CUTS) {
    kernel.runTogether(inputs, [params, params], states, [outputs, outputs], start, end);
    start = end;
  }
}
