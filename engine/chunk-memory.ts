/**
 * Shared memory in which the facts of one chunk are laid out, array after array. It is used again for another chunk when
 * its facts are written: a run then allocates nothing a chunk, and no thread's heap is charged for the facts of another.
 *
 * Arrays hold whatever stood there before: the caller writes every element.
 */
export class ChunkMemory {
  readonly #buffer: SharedArrayBuffer | null;
  #used = 0;

  /** @param buffer null, or too small: what does not fit gets memory of its own */
  constructor(buffer: SharedArrayBuffer | null = null) {
    this.#buffer = buffer;
  }

  /** Bytes that a buffer must have to hold all that was asked for. */
  get usedBytes(): number {
    return this.#used;
  }

  float64(length: number): Float64Array {
    return new Float64Array(...this.#take(length, 8));
  }

  bigInt64(length: number): BigInt64Array {
    return new BigInt64Array(...this.#take(length, 8));
  }

  int16(length: number): Int16Array {
    return new Int16Array(...this.#take(length, 2));
  }

  int8(length: number): Int8Array {
    return new Int8Array(...this.#take(length, 1));
  }

  uint8(length: number): Uint8Array {
    return new Uint8Array(...this.#take(length, 1));
  }

  /** A copy of `values`. */
  copy(values: Float64Array): Float64Array {
    const copied = this.float64(values.length);
    copied.set(values);
    return copied;
  }

  #take(length: number, width: number): [SharedArrayBuffer, number, number] {
    const bytes = Math.ceil((length * width) / 8) * 8;
    const offset = this.#used;
    this.#used += bytes;
    if (this.#buffer !== null && this.#used <= this.#buffer.byteLength) return [this.#buffer, offset, length];
    return [new SharedArrayBuffer(bytes), 0, length];
  }
}

/** Memory that chunks take and give back; as many buffers as chunks are under way at once. */
export class ChunkMemories {
  readonly #free: SharedArrayBuffer[] = [];
  /** Bytes of the next buffer: a little more than the largest chunk so far needed. */
  #bytes = 0;

  /** @returns null until a chunk has shown how much is needed */
  take(): SharedArrayBuffer | null {
    const buffer = this.#free.pop();
    if (buffer !== undefined && buffer.byteLength >= this.#bytes) return buffer;
    return this.#bytes === 0 ? null : new SharedArrayBuffer(this.#bytes);
  }

  /** Notes what a chunk used. */
  used(bytes: number): void {
    // Chunks differ in their results only: an eighth more than the largest spares making buffers again and again.
    if (bytes > this.#bytes) this.#bytes = bytes + (bytes >>> 3);
  }

  giveBack(buffer: SharedArrayBuffer | null): void {
    if (buffer !== null && buffer.byteLength >= this.#bytes) this.#free.push(buffer);
  }
}
