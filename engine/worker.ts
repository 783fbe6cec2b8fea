import { computeChunk } from './compute-chunk.js';
import { packResult, type ResultMessage, type TaskMessage, unpackTask } from './wire.js';

/** Entry of a pool thread: one chunk in; its facts and its carry stay on shared memory. */
export default function run(task: TaskMessage): ResultMessage {
  return packResult(computeChunk(unpackTask(task)), task);
}
