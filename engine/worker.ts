import { move, transferableSymbol, valueSymbol } from 'piscina';
import { carryBuffers, computeChunk } from './compute-chunk.js';
import type { ChunkTask } from './task.js';

/** Entry of a pool thread: one chunk in; its facts stay on shared memory, its carry is moved back. */
export default function run(task: ChunkTask): unknown {
  const result = computeChunk(task);
  return move({ [transferableSymbol]: carryBuffers(result.carry), [valueSymbol]: result } as never);
}
