import { ChunkMemories } from './chunk-memory.js';
import type { ChunkResult, ChunkTask, ComputePool } from './task.js';

/** A pool around whatever computes a chunk: it lends every chunk memory, and takes it back when the facts are written. */
export function createPool(
  threads: number,
  compute: (task: ChunkTask) => Promise<ChunkResult>,
  close: () => Promise<void>,
): ComputePool {
  const memories = new ChunkMemories();
  return {
    threads,
    run: async (input) => {
      const memory = memories.take();
      const { usedBytes, ...output } = await compute({ ...input, memory });
      memories.used(usedBytes);
      return { ...output, release: () => memories.giveBack(memory) };
    },
    close,
  };
}
