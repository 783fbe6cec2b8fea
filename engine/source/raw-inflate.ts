import { createInflateRaw } from 'node:zlib';

/** Size of the pieces that come out. */
const OUT_BYTES = 1 << 18;

/**
 * Raw deflate, one piece at a time. Unlike a stream in a pipeline it says to the byte where the deflated data ended.
 */
export class RawInflate {
  /** All of the data was unpacked. */
  hasEnded = false;
  failure: Error | null = null;
  private readonly stream = createInflateRaw({ chunkSize: OUT_BYTES });
  private out: Buffer[] = [];
  private wake: () => void = () => {};

  constructor() {
    this.stream.on('data', (piece: Buffer) => this.out.push(piece));
    this.stream.on('end', () => {
      this.hasEnded = true;
      this.wake();
    });
    this.stream.on('error', (error) => {
      this.failure = error;
      this.wake();
    });
  }

  /** Unpacks `piece`. Returns how many of its bytes were used: fewer than it has means that the data ended there. */
  async feed(piece: Buffer): Promise<number> {
    const before = this.stream.bytesWritten;
    await this.wait((done) => this.stream.write(piece, () => done()));
    const used = this.stream.bytesWritten - before;
    if (used < piece.length && this.failure === null && !this.hasEnded) await this.wait(() => {});
    return used;
  }

  /** No more is to come: `failure` is set when the data needs more. */
  async finish(): Promise<void> {
    if (!this.hasEnded && this.failure === null) await this.wait(() => this.stream.end());
  }

  /** What was unpacked since the last call. */
  take(): Buffer[] {
    const { out } = this;
    this.out = [];
    return out;
  }

  close(): void {
    this.stream.destroy();
  }

  private wait(begin: (done: () => void) => void): Promise<void> {
    return new Promise((done) => {
      this.wake = done;
      begin(done);
    });
  }
}
