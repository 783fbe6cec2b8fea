/** Takes exact numbers of bytes from pieces of any size. */
export class PieceReader {
  private readonly pieces: AsyncIterator<Uint8Array>;
  private rest: Buffer = Buffer.alloc(0);
  private hasEnded = false;
  /** Bytes handed out and not given back. */
  offset = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.pieces = pieces[Symbol.asyncIterator]();
  }

  /** The next `length` bytes; fewer at the end. Copies only what spans pieces. */
  async take(length: number): Promise<Buffer> {
    while (this.rest.length < length && !this.hasEnded) {
      const next = await this.pull();
      if (next !== null) this.rest = this.rest.length === 0 ? next : Buffer.concat([this.rest, next]);
    }
    const taken = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(taken.length);
    this.offset += taken.length;
    return taken;
  }

  /** 1 to `limit` bytes, none at the end: whatever is at hand, never copied. */
  async some(limit: number): Promise<Buffer> {
    while (this.rest.length === 0 && !this.hasEnded) this.rest = (await this.pull()) ?? this.rest;
    return this.take(Math.min(limit, this.rest.length));
  }

  /** Gives back bytes that `some` or `take` returned last. */
  giveBack(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([bytes, this.rest]);
    this.offset -= bytes.length;
  }

  /** All that is left, piece by piece. */
  async *remaining(): AsyncGenerator<Buffer> {
    for (;;) {
      const piece = await this.some(Number.POSITIVE_INFINITY);
      if (piece.length === 0) return;
      yield piece;
    }
  }

  /** Lets go of the source before its end. */
  async close(): Promise<void> {
    await this.pieces.return?.();
  }

  private async pull(): Promise<Buffer | null> {
    const { done, value } = await this.pieces.next();
    if (done === true) {
      this.hasEnded = true;
      return null;
    }
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}
