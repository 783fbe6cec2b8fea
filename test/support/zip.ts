import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of an archive, and every lie that can be told about it. */
export interface ZipPart {
  readonly name: string;
  readonly data: Buffer | string;
  readonly method?: number;
  readonly flags?: number;
  /** Unix mode, as `ls` knows it. */
  readonly mode?: number;
  readonly crc?: number;
  /** Unpacked size that is declared. */
  readonly declared?: number;
  /** Sizes and checksum stand behind the data. */
  readonly descriptor?: boolean;
  readonly zip64?: boolean;
  /** Name in the directory at the end, where it differs. */
  readonly centralName?: string;
}

export interface ZipLies {
  /** Number of entries that the end record declares. */
  readonly entries?: number;
  readonly comment?: string;
  /** Bytes before the directory that belong to no entry. */
  readonly stray?: Buffer;
  /** Bytes behind it, or how often its entries stand there again. */
  readonly behind?: Buffer | 'again';
}

const IN_ZIP64 = 0xffff_ffff;

/** An archive of these entries (APPNOTE.TXT 4.3); Node's zlib does the packing. */
export function zipOf(parts: readonly ZipPart[], lies: ZipLies = {}): Buffer {
  const front: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  const put = (bytes: Buffer): void => {
    front.push(bytes);
    offset += bytes.length;
  };
  for (const part of parts) {
    const data = Buffer.from(part.data);
    const packed = (part.method ?? 8) === 8 ? deflateRawSync(data) : data;
    const flags = (part.flags ?? 0) | (part.descriptor === true ? 8 : 0);
    const sizes = {
      crc: part.crc ?? crc32(data),
      packed: packed.length,
      unpacked: part.declared ?? data.length,
    };
    const start = offset;
    const seen = part.descriptor === true ? { crc: 0, packed: 0, unpacked: 0 } : sizes;
    put(header(part, flags, seen, Buffer.from(part.name), null));
    put(packed);
    if (part.descriptor === true) {
      const bytes = Buffer.alloc(16);
      bytes.writeUInt32LE(0x08074b50, 0);
      bytes.writeUInt32LE(sizes.crc, 4);
      bytes.writeUInt32LE(sizes.packed, 8);
      bytes.writeUInt32LE(sizes.unpacked, 12);
      put(bytes);
    }
    directory.push(header(part, flags, sizes, Buffer.from(part.centralName ?? part.name), start));
  }
  if (lies.stray !== undefined) put(lies.stray);
  const own = Buffer.concat(directory);
  const behind = lies.behind === 'again' ? own : (lies.behind ?? Buffer.alloc(0));
  const central = Buffer.concat([own, behind]);
  const comment = Buffer.from(lies.comment ?? '');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(lies.entries ?? parts.length, 8);
  end.writeUInt16LE(lies.entries ?? parts.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...front, central, end, comment]);
}

/** @param at where the local header stands: makes a directory entry; null: a local header */
function header(
  part: ZipPart,
  flags: number,
  sizes: { crc: number; packed: number; unpacked: number },
  name: Buffer,
  at: number | null,
): Buffer {
  const isLocal = at === null;
  const extra = Buffer.alloc(part.zip64 === true ? 20 : 0);
  if (part.zip64 === true) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(16, 2);
    extra.writeBigUInt64LE(BigInt(sizes.unpacked), 4);
    extra.writeBigUInt64LE(BigInt(sizes.packed), 12);
  }
  const fixed = Buffer.alloc(isLocal ? 30 : 46);
  fixed.writeUInt32LE(isLocal ? 0x04034b50 : 0x02014b50, 0);
  // Everything from "version needed" to the extra field's length stands two bytes later in a directory entry.
  const shift = isLocal ? 0 : 2;
  if (!isLocal) fixed.writeUInt16LE((3 << 8) | 45, 4);
  fixed.writeUInt16LE(45, 4 + shift);
  fixed.writeUInt16LE(flags, 6 + shift);
  fixed.writeUInt16LE(part.method ?? 8, 8 + shift);
  fixed.writeUInt32LE(sizes.crc, 14 + shift);
  fixed.writeUInt32LE(part.zip64 === true ? IN_ZIP64 : sizes.packed, 18 + shift);
  fixed.writeUInt32LE(part.zip64 === true ? IN_ZIP64 : sizes.unpacked, 22 + shift);
  fixed.writeUInt16LE(name.length, 26 + shift);
  fixed.writeUInt16LE(extra.length, 28 + shift);
  if (at !== null) {
    fixed.writeUInt32LE((part.mode ?? 0o100644) * 65_536, 38);
    fixed.writeUInt32LE(at, 42);
  }
  return Buffer.concat([fixed, name, extra]);
}
