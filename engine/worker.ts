import { setImmediate } from 'node:timers/promises';
import { computeChunk } from './compute-chunk.js';
import { packResult, type ResultMessage, type TaskMessage, unpackTask } from './wire.js';

let ready: Promise<unknown> = Promise.resolve();

/**
 * Entry of a pool thread: one chunk in; its facts and its carry stay on shared memory. Of chunks that lie ready together each
 * waits until the answer of the one before it is on its way: else nothing is sent until the last of them is computed.
 */
export default function run(task: TaskMessage): Promise<ResultMessage> {
  const answer = ready.then(() => packResult(computeChunk(unpackTask(task)), task));
  ready = answer.catch(() => {}).then(() => setImmediate());
  return answer;
}
