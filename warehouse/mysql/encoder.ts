import { Worker } from 'node:worker_threads';
import { builtFile } from '../built-file.js';
import type { ColumnArray, ColumnKind } from '../columns.js';
import { encodeRows } from './encode.js';

/** Arguments of `encodeRows`. */
export interface EncodeRequest {
  readonly ids: readonly number[];
  readonly kinds: readonly ColumnKind[];
  readonly arrays: readonly (ColumnArray | null)[];
  readonly rows: number;
  readonly chunkBytes: number;
}

export type EncodeReply = { readonly buffers: readonly Uint8Array[] } | { readonly error: string };

/** Values that are encoded sooner than a thread is asked. */
const FEW = 20_000;

/**
 * Encodes rows on a thread of its own, which begins with the first large batch: the caller's thread feeds the server meanwhile, and
 * a server that waits for bytes is what makes a bulk write slow.
 */
export class Encoder {
  #worker: Worker | null = null;
  /** Who waits, in the order of asking: the thread answers in that order. */
  readonly #waiting: { resolve(buffers: Buffer[]): void; reject(error: Error): void }[] = [];

  /** @returns `encodeRows`'s buffers. @throws Error as it does */
  async encode(request: EncodeRequest): Promise<readonly Buffer[]> {
    if (request.rows * request.kinds.length < FEW) {
      const { ids, kinds, arrays, rows, chunkBytes } = request;
      return encodeRows(ids, kinds, arrays, rows, chunkBytes).buffers;
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#thread().postMessage({ ...request, arrays: request.arrays.map(alone) });
    });
  }

  /** Ends the thread; who still waits is told. */
  close(): void {
    void this.#worker?.terminate();
  }

  #thread(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(builtFile('warehouse/mysql/encode-thread.js'));
    // A process that has nothing else to do may end.
    worker.unref();
    worker.on('message', (reply: EncodeReply) => {
      const { resolve, reject } = this.#waiting.shift()!;
      if ('error' in reply) reject(new Error(reply.error));
      else
        resolve(reply.buffers.map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    });
    worker.on('error', (error) => this.#fail(worker, error));
    worker.on('exit', () => this.#fail(worker, new Error('warehouse: the encoding thread has ended')));
    this.#worker = worker;
    return worker;
  }

  #fail(worker: Worker, error: Error): void {
    if (this.#worker === worker) this.#worker = null;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

/** A message takes the whole memory under a view along, unless that is shared. */
function alone(array: ColumnArray | null): ColumnArray | null {
  if (array === null || array.buffer instanceof SharedArrayBuffer) return array;
  return array.byteLength === array.buffer.byteLength ? array : (array.slice() as ColumnArray);
}
