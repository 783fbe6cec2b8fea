import { type RotationOutput, testRotations } from '../../kernels/index.js';
import type { RotationTask } from './rotation-pool.js';

/** Entry of a pool thread. */
export default function run({ input, tested }: RotationTask): RotationOutput {
  return testRotations(input, tested);
}
