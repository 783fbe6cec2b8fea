import { parentPort } from 'node:worker_threads';
import { encodeRows } from './encode.js';
import type { EncodeReply, EncodeRequest } from './encoder.js';

// A thread that encodes rows while the one that asked feeds the server.
parentPort!.on('message', ({ ids, kinds, arrays, rows, chunkBytes }: EncodeRequest) => {
  parentPort!.postMessage(answer());

  function answer(): EncodeReply {
    try {
      return { buffers: encodeRows(ids, kinds, arrays, rows, chunkBytes).buffers };
    } catch (error) {
      return { error: (error as Error).message };
    }
  }
});
