import {
  type Bitmaps,
  type Contrast,
  type Itemsets,
  type LabelledTrades,
  type RotationInput,
  type RotationOutput,
  rotateLabels,
  sampleBitmaps,
  shiftCount,
  testRotations,
  wordsOf,
} from '../../kernels/index.js';
import { createRotationPool, type RotationPool } from './rotation-pool.js';

/** Bit rows added up on the calling thread at most; beyond, threads pay for their start (some 0.3 s). */
const INLINE_ROWS = 20_000_000;
/** Parts a thread, so that none waits long for the last one. */
const PARTS = 4;

/** Bitmaps of a sample on memory that threads can share. */
export function sharedBitmaps(sample: LabelledTrades): Bitmaps {
  const { transactions } = sample;
  const words = transactions.itemCount * wordsOf(transactions.offsets.length - 1);
  return sampleBitmaps(sample, new Uint32Array(new SharedArrayBuffer(words * 4)));
}

/**
 * The test by rotation of SPEC 8, on `threads` threads when there is enough to do. What threads read lies on shared
 * memory; they hand back a few kilobytes.
 *
 * @param bitmaps of `sharedBitmaps`
 */
export async function rotate(
  seen: LabelledTrades,
  bitmaps: Bitmaps,
  itemsets: Itemsets,
  compared: Contrast,
  threads: number,
): Promise<RotationOutput> {
  const shifts = shiftCount(seen.labels.length);
  const words = wordsOf(shifts);
  const rows = new Uint32Array(new SharedArrayBuffer(seen.labels.length * words * 4));
  rotateLabels(seen.labels, seen.groups, seen.groupCount, shifts, rows);
  const { expected, deviation, z, tested } = compared;
  const input = { itemsets, bitmaps, rows, shifts, expected, deviation, z };
  const work = tested.reduce((sum, i) => sum + itemsets.counts[i]! * words, 0);
  if (threads < 2 || work <= INLINE_ROWS) return testRotations(input, tested);
  const pool = createRotationPool(threads);
  try {
    return await inParts(pool, onSharedMemory(input), tested, threads * PARTS);
  } finally {
    await pool.close();
  }
}

async function inParts(
  pool: RotationPool,
  input: RotationInput,
  tested: Int32Array,
  parts: number,
): Promise<RotationOutput> {
  const cut = (part: number): number => Math.floor((part * tested.length) / parts);
  const outputs = await Promise.all(
    Array.from({ length: parts }, (_, part) =>
      pool.run({ input, tested: tested.slice(cut(part), cut(part + 1)) }),
    ),
  );
  const reached = new Int32Array(tested.length);
  const largest = new Float64Array(input.shifts).fill(Number.NEGATIVE_INFINITY);
  outputs.forEach((output, part) => {
    reached.set(output.reached, cut(part));
    output.largest.forEach((z, j) => {
      if (z > largest[j]!) largest[j] = z;
    });
  });
  return { reached, largest };
}

/** The input without an array that a message would copy. */
function onSharedMemory(input: RotationInput): RotationInput {
  const { itemsets, expected, deviation, z } = input;
  const ints = (array: Int32Array): Int32Array => {
    const copy = new Int32Array(new SharedArrayBuffer(array.byteLength));
    copy.set(array);
    return copy;
  };
  const doubles = (array: Float64Array): Float64Array => {
    const copy = new Float64Array(new SharedArrayBuffer(array.byteLength));
    copy.set(array);
    return copy;
  };
  return {
    ...input,
    itemsets: {
      length: itemsets.length,
      items: ints(itemsets.items),
      offsets: ints(itemsets.offsets),
      counts: ints(itemsets.counts),
    },
    expected: doubles(expected),
    deviation: doubles(deviation),
    z: doubles(z),
  };
}
