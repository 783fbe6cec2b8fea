import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../errors.js';

/** Bytes of a source, decompressed, and the hash of what stands on the disk. */
export interface ByteSource {
  /** Base name of the file; `-` for standard input. */
  readonly name: string;
  /** The decompressed bytes; can be read once. @throws UserError when the file cannot be read or is cut off */
  bytes(): AsyncIterable<Uint8Array>;
  /**
   * SHA-256 of the bytes on disk, hex. Costs nothing once `bytes` was read to its end; a file is read once more when
   * it was not; of anything else it is null until then.
   */
  sha256(): Promise<string | null>;
}

const READ_BYTES = 1 << 18;
const GZIP_MAGIC = [0x1f, 0x8b];

/** The file at `path`, or standard input for `-`. A gzip is known by its first bytes. Nothing is opened yet. */
export function openFile(path: string): ByteSource {
  if (path === '-') return openStream('-', process.stdin);
  return new HashedSource(
    basename(path),
    () => createReadStream(path, { highWaterMark: READ_BYTES }),
    () => hashOf(path, createReadStream(path, { highWaterMark: READ_BYTES })),
  );
}

/** Bytes that come from somewhere else under the name `name`; gzip or plain. */
export function openStream(name: string, stream: AsyncIterable<Uint8Array>): ByteSource {
  return new HashedSource(
    name,
    () => stream,
    async () => null,
  );
}

class HashedSource implements ByteSource {
  private digest: string | null = null;

  constructor(
    readonly name: string,
    private readonly open: () => AsyncIterable<Uint8Array>,
    private readonly hashNow: () => Promise<string | null>,
  ) {}

  async sha256(): Promise<string | null> {
    return this.digest ?? (await this.hashNow());
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    const disk = this.hashed();
    let head: Uint8Array = Buffer.alloc(0);
    while (head.length < GZIP_MAGIC.length) {
      const piece = await disk.next();
      if (piece.done) break;
      head = head.length === 0 ? piece.value : Buffer.concat([head, piece.value]);
    }
    if (GZIP_MAGIC.every((byte, i) => head[i] === byte)) yield* this.gunzip(head, disk);
    else if (this.name.endsWith('.gz'))
      throw new UserError(`load: '${this.name}' is named .gz but is no gzip`);
    else {
      yield head;
      yield* disk;
    }
  }

  private async *gunzip(head: Uint8Array, disk: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
    const compressed = Readable.from(
      (async function* () {
        yield head;
        yield* disk;
      })(),
      { objectMode: false, highWaterMark: READ_BYTES },
    );
    // The stream that is read from below reports the error of either.
    const plain = pipeline(compressed, createGunzip({ chunkSize: READ_BYTES }), () => {});
    try {
      for await (const piece of plain) yield piece as Buffer;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'Z_BUF_ERROR')
        throw new UserError(`load: '${this.name}' is a gzip that is cut off; nothing of it was loaded`);
      if (code?.startsWith('Z_'))
        throw new UserError(`load: '${this.name}' is a damaged gzip (${message}); nothing of it was loaded`);
      throw error;
    }
  }

  private async *hashed(): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    try {
      for await (const piece of this.open()) {
        hash.update(piece);
        yield piece;
      }
    } catch (error) {
      throw readError(this.name, error);
    }
    this.digest = hash.digest('hex');
  }
}

async function hashOf(path: string, stream: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of stream) hash.update(piece);
  } catch (error) {
    throw readError(path, error);
  }
  return hash.digest('hex');
}

/** What an ordinary user can do something about, in words; anything else as it is. */
function readError(name: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new UserError(`load: there is no file '${name}'`);
  if (code === 'EISDIR')
    return new UserError(`load: '${name}' is a directory; a CSV file is needed, plain or .gz`);
  if (code === 'EACCES' || code === 'EPERM')
    return new UserError(`load: '${name}' may not be read (${code})`);
  return error;
}
