/** What a local file header and a central directory entry both say (APPNOTE.TXT 6.3, 4.3.7 and 4.3.12). */
export interface ZipEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly unpacked: number;
}

export interface CentralEntry extends ZipEntry {
  /** Unix mode, 0 where the archive was not made on Unix. */
  readonly mode: number;
  readonly localOffset: number;
}

export const LOCAL_SIGNATURE = 0x04034b50;
export const LOCAL_BYTES = 30;
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const ZIP64_EXTRA = 0x0001;
const ZIP64_END_SIGNATURE = 0x06064b50;
const ZIP64_LOCATOR_BYTES = 20;
const IN_ZIP64 = 0xffff_ffff;

export const FLAG = { ENCRYPTED: 1, DESCRIPTOR: 8, UTF8: 1 << 11, MASKED: 1 << 13 } as const;
export const METHOD = { STORED: 0, DEFLATED: 8 } as const;

/** Lengths of name and extra field behind the fixed part of a local header. */
export function localTailBytes(header: Buffer): { name: number; extra: number } {
  return { name: header.readUInt16LE(26), extra: header.readUInt16LE(28) };
}

/** @param header fixed part @param tail name and extra field */
export function parseLocal(header: Buffer, tail: Buffer): ZipEntry {
  const { name } = localTailBytes(header);
  const flags = header.readUInt16LE(6);
  const [unpacked, packed] = wide(tail.subarray(name), [header.readUInt32LE(22), header.readUInt32LE(18)]);
  return {
    name: text(tail.subarray(0, name), flags),
    flags,
    method: header.readUInt16LE(8),
    crc: header.readUInt32LE(14),
    packed: packed!,
    unpacked: unpacked!,
  };
}

export interface ZipEnd {
  /** As declared; the directory is read only when it is one. */
  readonly entries: number;
  readonly central: CentralEntry | null;
  /** Bytes between the end of the entry's data and the directory: a data descriptor or nothing. */
  readonly descriptorBytes: number;
  /** Bytes between the directory's one entry and what ends the archive: 0. */
  readonly strayBytes: number;
}

/**
 * Reads what stands behind an entry's data up to the end of the archive.
 *
 * @param tail those bytes @param offset where they begin in the file
 * @returns null when the records are missing, cut off, or point anywhere else than to what stands there
 */
export function parseEnd(tail: Buffer, offset: number): ZipEnd | null {
  let at = tail.length - END_BYTES;
  // A comment may stand behind the record; it must end where the file ends.
  while (
    at >= 0 &&
    !(tail.readUInt32LE(at) === END_SIGNATURE && at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length)
  )
    at--;
  if (at < 0) return null;
  let entries = tail.readUInt16LE(at + 10);
  let directory = tail.readUInt32LE(at + 16);
  let directoryEnd = at;
  if (directory === IN_ZIP64 || entries === 0xffff) {
    if (at < ZIP64_LOCATOR_BYTES) return null;
    const record = Number(tail.readBigUInt64LE(at - ZIP64_LOCATOR_BYTES + 8)) - offset;
    if (!(record >= 0 && record + 56 <= at) || tail.readUInt32LE(record) !== ZIP64_END_SIGNATURE) return null;
    directoryEnd = record;
    entries = Number(tail.readBigUInt64LE(record + 32));
    directory = Number(tail.readBigUInt64LE(record + 48));
  }
  if (entries !== 1) return { entries, central: null, descriptorBytes: 0, strayBytes: 0 };
  const start = directory - offset;
  if (
    !(start >= 0 && start + CENTRAL_BYTES <= directoryEnd) ||
    tail.readUInt32LE(start) !== CENTRAL_SIGNATURE
  )
    return null;
  const bytes = tail.subarray(start, directoryEnd);
  const strayBytes = bytes.length - centralBytes(bytes);
  return { entries, central: parseCentral(bytes), descriptorBytes: start, strayBytes };
}

/** Length of the entry at the beginning of `bytes`. */
function centralBytes(bytes: Buffer): number {
  return CENTRAL_BYTES + bytes.readUInt16LE(28) + bytes.readUInt16LE(30) + bytes.readUInt16LE(32);
}

function parseCentral(bytes: Buffer): CentralEntry | null {
  const nameEnd = CENTRAL_BYTES + bytes.readUInt16LE(28);
  const extraEnd = nameEnd + bytes.readUInt16LE(30);
  if (extraEnd > bytes.length) return null;
  const flags = bytes.readUInt16LE(8);
  const [unpacked, packed, localOffset] = wide(bytes.subarray(nameEnd, extraEnd), [
    bytes.readUInt32LE(24),
    bytes.readUInt32LE(20),
    bytes.readUInt32LE(42),
  ]);
  return {
    name: text(bytes.subarray(CENTRAL_BYTES, nameEnd), flags),
    flags,
    method: bytes.readUInt16LE(10),
    crc: bytes.readUInt32LE(16),
    packed: packed!,
    unpacked: unpacked!,
    mode: bytes.readUInt32LE(38) >>> 16,
    localOffset: localOffset!,
  };
}

/** Values that do not fit 32 bits stand in the zip64 extra field, in this order. */
function wide(extra: Buffer, values: number[]): number[] {
  let field = Buffer.alloc(0);
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2))
    if (extra.readUInt16LE(at) === ZIP64_EXTRA)
      field = Buffer.from(extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2)));
  let at = 0;
  return values.map((value) => {
    if (value !== IN_ZIP64 || at + 8 > field.length) return value;
    at += 8;
    return Number(field.readBigUInt64LE(at - 8));
  });
}

function text(bytes: Buffer, flags: number): string {
  return bytes.toString((flags & FLAG.UTF8) === 0 ? 'latin1' : 'utf8');
}
