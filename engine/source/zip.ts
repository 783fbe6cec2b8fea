import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { UserError } from '../errors.js';
import { PieceReader } from './piece-reader.js';
import { RawInflate } from './raw-inflate.js';
import { checkUnpacked, type UnpackLimits } from './unpack-limits.js';
import {
  FLAG,
  LOCAL_BYTES,
  LOCAL_SIGNATURE,
  localTailBytes,
  METHOD,
  parseEnd,
  parseLocal,
  type ZipEntry,
} from './zip-records.js';

/** The first bytes of every zip that holds something. */
export const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04] as const;
/** Packed bytes handed to zlib at once: they unfold to at most 1,032 times as many. */
const FEED_BYTES = 1 << 15;
/** Longer than everything that may stand behind the only entry: three fields of 64 KB, a comment, fixed records. */
const TAIL_LIMIT = 1 << 19;
/** Lengths of a data descriptor: with and without its signature, of 32 and of 64 bits. */
const DESCRIPTOR_BYTES = [12, 16, 20, 24];
const UNIX_TYPE = 0xf000;
const UNIX_FILE = 0x8000;

/**
 * The one CSV file in a zip, unpacked while it is read: front to back, once, so that it works on a stream, the hash of the
 * archive comes along, and memory does not grow with it. The directory at the end is read too and must say the same as the
 * header in front; a caller must not trust the bytes before the generator has ended.
 *
 * @param name the archive's, for messages
 * @throws UserError when it is damaged, encrypted, unfolds beyond `limits`, or does not hold exactly one plain .csv file
 */
export async function* unzip(
  name: string,
  disk: AsyncIterable<Uint8Array>,
  limits: UnpackLimits,
): AsyncGenerator<Uint8Array> {
  const pieces = new PieceReader(disk);
  try {
    const entry = checkEntry(name, await readLocal(name, pieces), limits);
    const start = pieces.offset;
    let crc = 0;
    let unpacked = 0;
    let isFirst = true;
    for await (const piece of entry.method === METHOD.STORED
      ? stored(pieces, entry)
      : inflated(name, pieces, entry)) {
      unpacked += piece.length;
      checkUnpacked(name, unpacked, pieces.offset, limits);
      crc = crc32(piece, crc);
      if (isFirst && ZIP_MAGIC.every((byte, i) => piece[i] === byte))
        throw refused(name, `holds another zip under the name '${entry.name}'`);
      isFirst = false;
      yield piece;
    }
    const offset = pieces.offset;
    await checkEnd(
      name,
      pieces,
      { ...entry, crc, unpacked, packed: offset - start },
      hasDescriptor(entry) ? null : entry,
    );
  } finally {
    await pieces.close();
  }
}

/** Name of the first entry of the zip at `path`; null when the file is no zip. @throws what reading a file throws */
export async function zipEntryName(path: string): Promise<string | null> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1 << 17), 0, 1 << 17, 0);
    const head = buffer.subarray(0, bytesRead);
    if (head.length < LOCAL_BYTES || head.readUInt32LE(0) !== LOCAL_SIGNATURE) return null;
    return parseLocal(head.subarray(0, LOCAL_BYTES), head.subarray(LOCAL_BYTES)).name;
  } finally {
    await file.close();
  }
}

/** The sizes stand behind the data: the archive was written as a stream. */
const hasDescriptor = (entry: ZipEntry): boolean => (entry.flags & FLAG.DESCRIPTOR) !== 0;

const damaged = (name: string, what: string): UserError =>
  new UserError(`load: '${name}' is a damaged zip (${what}); nothing of it was loaded`);
const cutOff = (name: string): UserError =>
  new UserError(`load: '${name}' is a zip that is cut off; nothing of it was loaded`);
const refused = (name: string, what: string): UserError =>
  new UserError(
    `load: the zip '${name}' ${what}; exactly one plain .csv file is allowed, and nothing was loaded`,
  );

async function readLocal(name: string, pieces: PieceReader): Promise<ZipEntry> {
  const header = await pieces.take(LOCAL_BYTES);
  if (header.length < LOCAL_BYTES) throw cutOff(name);
  const lengths = localTailBytes(header);
  const tail = await pieces.take(lengths.name + lengths.extra);
  if (tail.length < lengths.name + lengths.extra) throw cutOff(name);
  return parseLocal(header, tail);
}

/** Refuses what the header in front shows already. */
function checkEntry(archive: string, entry: ZipEntry, limits: UnpackLimits): ZipEntry {
  const shown = JSON.stringify(entry.name.slice(0, 100));
  if ((entry.flags & (FLAG.ENCRYPTED | FLAG.MASKED)) !== 0) throw refused(archive, `is encrypted`);
  if (/[/\\:\0]/.test(entry.name) || entry.name === '' || entry.name.startsWith('..'))
    throw refused(archive, `holds ${shown}, a name with a path or none`);
  if (!/\.csv$/i.test(entry.name)) throw refused(archive, `holds ${shown}, which is no .csv`);
  if (entry.method !== METHOD.STORED && entry.method !== METHOD.DEFLATED)
    throw refused(archive, `packs ${shown} by method ${entry.method}, neither stored (0) nor deflated (8)`);
  if (!hasDescriptor(entry)) checkUnpacked(archive, entry.unpacked, entry.packed, limits);
  else if (entry.method === METHOD.STORED)
    throw refused(archive, `stores ${shown} without saying how long it is`);
  return entry;
}

async function* stored(pieces: PieceReader, entry: ZipEntry): AsyncGenerator<Buffer> {
  let left = entry.packed;
  while (left > 0) {
    const piece = await pieces.some(Math.min(left, 1 << 18));
    if (piece.length === 0) return;
    left -= piece.length;
    yield piece;
  }
}

/** Unpacks until deflate says that it is at its end, and gives back what was fed beyond. */
async function* inflated(name: string, pieces: PieceReader, entry: ZipEntry): AsyncGenerator<Buffer> {
  const inflate = new RawInflate();
  try {
    // Where the header says how long the data is, nothing behind it is deflate's.
    let left = hasDescriptor(entry) ? Number.POSITIVE_INFINITY : entry.packed;
    while (!inflate.hasEnded) {
      const piece = await pieces.some(Math.min(FEED_BYTES, left));
      left -= piece.length;
      if (piece.length === 0) await inflate.finish();
      else pieces.giveBack(piece.subarray(await inflate.feed(piece)));
      // Data that wants more is cut off where the file ended, and damaged where it was told to end.
      if (inflate.failure !== null)
        throw piece.length === 0 && left > 0 ? cutOff(name) : damaged(name, inflate.failure.message);
      yield* inflate.take();
    }
  } finally {
    inflate.close();
  }
}

/** Holds the directory against what was found, and refuses anything beside the entry. */
async function checkEnd(
  name: string,
  pieces: PieceReader,
  found: ZipEntry,
  local: ZipEntry | null,
): Promise<void> {
  if (local !== null && local.packed !== found.packed)
    throw found.packed < local.packed && (await pieces.some(1)).length === 0
      ? cutOff(name)
      : damaged(name, 'its data is shorter than it says');
  const offset = pieces.offset;
  const tail = await pieces.take(TAIL_LIMIT);
  if (tail.length === TAIL_LIMIT) throw refused(name, `holds more than '${found.name}'`);
  const end = parseEnd(tail, offset);
  if (end === null)
    throw tail.length >= 4 && tail.readUInt32LE(0) === LOCAL_SIGNATURE
      ? refused(name, `holds more than '${found.name}'`)
      : cutOff(name);
  if (end.entries !== 1) throw refused(name, `holds ${end.entries} entries`);
  const { central } = end;
  if (central === null) throw damaged(name, 'its directory is cut off');
  const allowed = hasDescriptor(found) ? DESCRIPTOR_BYTES : [0];
  if (!allowed.includes(end.descriptorBytes) || end.strayBytes !== 0)
    throw refused(name, `holds bytes that belong to no entry`);
  const kind = central.mode & UNIX_TYPE;
  if (kind !== 0 && kind !== UNIX_FILE)
    throw refused(name, `holds '${found.name}', which is a link or no file`);
  if (central.name !== found.name || central.localOffset !== 0 || central.method !== found.method)
    throw damaged(name, 'its directory names something else than it holds');
  if (central.unpacked !== found.unpacked || central.packed !== found.packed)
    throw damaged(name, `'${found.name}' is ${found.unpacked} bytes, and not ${central.unpacked} as it says`);
  if (central.crc !== found.crc) throw damaged(name, `the checksum of '${found.name}' is wrong`);
}
