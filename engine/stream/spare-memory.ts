/** More than the facts of a transaction or two is not kept. */
const MOST_BYTES = 32 * 2 ** 20;

/**
 * Memory of facts that are written, which serves for the next ones: garbage of this size would outgrow all the rest. All
 * series share it, since a transaction under load brings bars of one or two of them.
 */
export class SpareMemory {
  /** The one that was given back last is the last one. */
  readonly #buffers: SharedArrayBuffer[] = [];
  #bytes = 0;

  /** @returns a buffer of at least so many bytes; what stood in it may still be there */
  take(bytes: number): SharedArrayBuffer {
    const i = this.#buffers.findLastIndex(({ byteLength }) => bytes <= byteLength && byteLength <= 4 * bytes);
    // What is made now comes back, instead of the one that has not fitted for the longest time.
    const [buffer] = this.#buffers.splice(Math.max(i, 0), 1);
    this.#bytes -= buffer?.byteLength ?? 0;
    return i < 0 || buffer === undefined ? new SharedArrayBuffer(bytes + (bytes >>> 3)) : buffer;
  }

  giveBack(buffer: SharedArrayBuffer): void {
    this.#buffers.push(buffer);
    this.#bytes += buffer.byteLength;
    while (this.#bytes > MOST_BYTES) this.#bytes -= this.#buffers.shift()!.byteLength;
  }
}
