import { setImmediate } from 'node:timers/promises';
import { GCProfiler, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// The same as `node --expose-gc`, without an option that whoever starts the benchmarks must know.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Whether buffers are freed by a thread of their own after a collection, at a time when nobody counts them. */
const sweepConcurrently = (isOn: boolean): void =>
  setFlagsFromString(`--${isOn ? '' : 'no-'}concurrent-array-buffer-sweeping`);

/** Frees what nobody holds, and lets finalizers say so: the kernels' memory is lent again only after theirs. */
export async function collectGarbage(): Promise<void> {
  // Or buffers of whoever ran before are freed inside what is measured next.
  sweepConcurrently(false);
  collect();
  sweepConcurrently(true);
  await setImmediate();
  await setImmediate();
}

/** Heap and array buffers of this thread, bytes. */
const held = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
};

/** So long runs are repeated: the heap is counted in stretches of some hundred kilobytes, of which many runs have their share. */
const COUNTED_MS = 100;

/**
 * Bytes of heap and array buffers that a run allocates, those that are garbage before its end too: what is held afterwards more than
 * before, and what the collections meanwhile freed. Of a run that takes long, to within some hundred kilobytes.
 */
export async function allocatedBytes(run: () => unknown): Promise<number> {
  await collectGarbage();
  sweepConcurrently(false);
  const profiler = new GCProfiler();
  profiler.start();
  const before = held();
  const start = performance.now();
  let runs = 0;
  do {
    await run();
    runs++;
  } while (performance.now() - start < COUNTED_MS);
  const after = held();
  const { statistics } = profiler.stop();
  sweepConcurrently(true);
  const freed = statistics.reduce(
    (sum, { beforeGC, afterGC }) => sum + sizeOf(beforeGC) - sizeOf(afterGC),
    0,
  );
  return Math.max(0, after - before + freed) / runs;
}

type Collection = ReturnType<GCProfiler['stop']>['statistics'][number];

const sizeOf = ({ heapStatistics }: Collection['beforeGC']): number =>
  heapStatistics.usedHeapSize + heapStatistics.externalMemory;
