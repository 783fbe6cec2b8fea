import { parentPort } from 'node:worker_threads';
import { type ChunkInput, createInlinePool } from '../../engine/index.js';
import { factArrays } from './compute-work.js';

// A thread without shared memory: klines come as clones, and facts go back as one copy each, which the message hands over.
const pool = createInlinePool();
parentPort!.on('message', async (input: ChunkInput) => {
  const output = await pool.run(input);
  const facts = factArrays(output).map((array) => array.slice());
  output.release();
  parentPort!.postMessage(
    facts,
    facts.map(({ buffer }) => buffer as ArrayBuffer),
  );
});
