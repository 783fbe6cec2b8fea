import { Piscina } from 'piscina';
import type { RotationInput, RotationOutput } from '../../kernels/index.js';
import { builtFile } from '../../warehouse/index.js';

/** A part of a test by rotation. */
export interface RotationTask {
  readonly input: RotationInput;
  readonly tested: Int32Array;
}

/** Threads that test rotations. */
export interface RotationPool {
  run(task: RotationTask): Promise<RotationOutput>;
  close(): Promise<void>;
}

/** A Piscina pool of `threads` workers (built JavaScript: dist/engine/mining/rotation-worker.js). */
export function createRotationPool(threads: number): RotationPool {
  const piscina = new Piscina<RotationTask, RotationOutput>({
    filename: builtFile('engine/mining/rotation-worker.js'),
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
  });
  // A second worker that dies of memory makes the pool emit 'error'; the task's own rejection carries the message.
  piscina.on('error', () => {});
  return {
    run: (task) => piscina.run(task),
    close: () => piscina.close({ force: true }),
  };
}
