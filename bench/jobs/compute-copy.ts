import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { type CopyInput, computeCopy, warmUpCopy } from './compute-work.js';

// Entry of one copy's thread: warms up, says so, waits for the word, computes, says what it did.
const input = workerData as CopyInput;
await warmUpCopy(input);
parentPort!.postMessage('ready');
await once(parentPort!, 'message');
parentPort!.postMessage(await computeCopy(input));
