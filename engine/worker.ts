import { move, transferableSymbol, valueSymbol } from 'piscina';
import { computeChunk } from './compute-chunk.js';
import type { ChunkInput } from './task.js';

/** Entry of a pool thread: one chunk in, its facts out, every buffer moved. */
export default function run(input: ChunkInput): unknown {
  const { output, buffers } = computeChunk(input);
  return move({ [transferableSymbol]: buffers, [valueSymbol]: output } as never);
}
