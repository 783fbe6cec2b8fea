import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../errors.js';
import { checkUnpacked, type UnpackLimits } from './unpack-limits.js';

export const GZIP_MAGIC = [0x1f, 0x8b] as const;
const PIECE_BYTES = 1 << 18;

/**
 * The text in a gzip, all its members one after another.
 *
 * @throws UserError when it is cut off, damaged, or unfolds beyond `limits`
 */
export async function* gunzip(
  name: string,
  disk: AsyncIterable<Uint8Array>,
  limits: UnpackLimits,
): AsyncGenerator<Uint8Array> {
  let packed = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of disk) {
      packed += piece.length;
      yield piece;
    }
  }
  const compressed = Readable.from(counted(), { objectMode: false, highWaterMark: PIECE_BYTES });
  // The stream that is read from below reports the error of either.
  const plain = pipeline(compressed, createGunzip({ chunkSize: PIECE_BYTES }), () => {});
  let unpacked = 0;
  try {
    for await (const piece of plain) {
      unpacked += (piece as Buffer).length;
      checkUnpacked(name, unpacked, packed, limits);
      yield piece as Buffer;
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR')
      throw new UserError(`load: '${name}' is a gzip that is cut off; nothing of it was loaded`);
    if (code?.startsWith('Z_'))
      throw new UserError(`load: '${name}' is a damaged gzip (${message}); nothing of it was loaded`);
    throw error;
  }
}
