import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '../errors.js';
import { GZIP_MAGIC, gunzip } from './gzip.js';
import { UNPACK_LIMITS, type UnpackLimits } from './unpack-limits.js';
import { unzip, ZIP_MAGIC } from './zip.js';

/** Bytes of a source, decompressed, and the hash of what stands on the disk. */
export interface ByteSource {
  /** Base name of the file; `-` for standard input. */
  readonly name: string;
  /** Where it stands on disk, null for anything but a file: Parquet is read from its end. */
  readonly path: string | null;
  /** Whether `bytes` gives the same a second time; standard input does not. */
  readonly isRepeatable: boolean;
  /** The decompressed bytes. @throws UserError when the file cannot be read or is cut off */
  bytes(): AsyncIterable<Uint8Array>;
  /**
   * SHA-256 of the bytes on disk, hex. Costs nothing once `bytes` was read to its end; a file is read once more when
   * it was not; of anything else it is null until then.
   */
  sha256(): Promise<string | null>;
}

const READ_BYTES = 1 << 19;

/** The file at `path`, or standard input for `-`. Gzip and zip are known by their first bytes. Nothing is opened yet. */
export function openFile(path: string, limits: UnpackLimits = UNPACK_LIMITS): ByteSource {
  if (path === '-')
    return new HashedSource(
      '-',
      null,
      false,
      () => process.stdin,
      async () => null,
      limits,
    );
  return new HashedSource(
    basename(path),
    path,
    true,
    () => createReadStream(path, { highWaterMark: READ_BYTES }),
    () => hashOf(path, createReadStream(path, { highWaterMark: READ_BYTES })),
    limits,
  );
}

/** Bytes that come from somewhere else under the name `name`; gzip, zip or plain. @param open gives the same each time */
export function openStream(
  name: string,
  open: () => AsyncIterable<Uint8Array>,
  limits: UnpackLimits = UNPACK_LIMITS,
): ByteSource {
  return new HashedSource(name, null, true, open, async () => null, limits);
}

class HashedSource implements ByteSource {
  private digest: string | null = null;

  constructor(
    readonly name: string,
    readonly path: string | null,
    readonly isRepeatable: boolean,
    private readonly open: () => AsyncIterable<Uint8Array>,
    private readonly hashNow: () => Promise<string | null>,
    private readonly limits: UnpackLimits,
  ) {}

  async sha256(): Promise<string | null> {
    return this.digest ?? (await this.hashNow());
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    const disk = this.hashed();
    let head: Uint8Array = Buffer.alloc(0);
    while (head.length < ZIP_MAGIC.length) {
      const piece = await disk.next();
      if (piece.done) break;
      head = head.length === 0 ? piece.value : Buffer.concat([head, piece.value]);
    }
    const all = joined(head, disk);
    if (begins(head, GZIP_MAGIC)) yield* gunzip(this.name, all, this.limits);
    else if (begins(head, ZIP_MAGIC)) yield* unzip(this.name, all, this.limits);
    else if (/\.(gz|zip)$/i.test(this.name)) {
      const suffix = this.name.slice(this.name.lastIndexOf('.'));
      const kind = suffix.toLowerCase() === '.gz' ? 'gzip' : 'zip';
      throw new UserError(`load: '${this.name}' is named ${suffix} but is no ${kind}, or an empty one`);
    } else yield* all;
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

const begins = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, i) => bytes[i] === byte);

async function* joined(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
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
  if (code === 'EISDIR') return new UserError(`load: '${name}' is a directory; a file is needed`);
  if (code === 'EACCES' || code === 'EPERM')
    return new UserError(`load: '${name}' may not be read (${code})`);
  return error;
}
