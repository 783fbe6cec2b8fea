import { ChunkMemories } from './chunk-memory.js';
import type { Carry, ChunkResult, ChunkTask, ComputePool } from './task.js';

/**
 * A pool around whatever computes a chunk. It lends every chunk memory: that of the facts comes back when they are
 * written, that of a carry when the next chunk has been computed from it.
 *
 * Nothing is ever transferred: the first ArrayBuffer that is detached on a thread makes V8 check every access to every
 * typed array for detachment from then on, a fifth of the time of a chunk.
 */
export function createPool(
  threads: number,
  compute: (task: ChunkTask) => Promise<ChunkResult>,
  close: () => Promise<void>,
): ComputePool {
  const memories = new ChunkMemories();
  const carryMemories = new ChunkMemories();
  const memoryOf = new WeakMap<Carry, SharedArrayBuffer>();
  return {
    threads,
    run: async (input) => {
      const memory = memories.take();
      const carryMemory = carryMemories.take();
      const { usedBytes, carryBytes, ...output } = await compute({ ...input, memory, carryMemory });
      memories.used(usedBytes);
      carryMemories.used(carryBytes);
      if (carryMemory !== null) memoryOf.set(output.carry, carryMemory);
      if (input.carry !== null) carryMemories.giveBack(memoryOf.get(input.carry) ?? null);
      return { ...output, release: () => memories.giveBack(memory) };
    },
    close,
  };
}
