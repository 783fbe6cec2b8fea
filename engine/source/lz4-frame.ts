/** LZ4 frames, as Arrow files hold them (lz4_Frame_format.md and lz4_Block_format.md, version 1.6). */
const MAGIC = 0x184d2204;
const VERSION = 1;
const UNCOMPRESSED_BLOCK = 0x8000_0000;
const FLAG = { DICTIONARY: 1, CONTENT_SIZE: 8, BLOCK_CHECKSUM: 16 } as const;
const MIN_MATCH = 4;

/**
 * Unpacks one frame. Checksums are not verified: Arrow's own writers leave them out.
 *
 * @param length of the unpacked bytes, known from elsewhere: nothing beyond it is written
 * @throws Error when the frame is damaged or does not hold exactly `length` bytes
 */
export function lz4Frame(input: Uint8Array, length: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const flags = view.getUint8(4);
  if (view.getUint32(0, true) !== MAGIC || flags >> 6 !== VERSION) throw new Error('no LZ4 frame');
  if ((flags & FLAG.DICTIONARY) !== 0) throw new Error('LZ4 with a dictionary');
  // Magic, two bytes of flags, the content's size, a checksum of the header.
  let at = 4 + 2 + ((flags & FLAG.CONTENT_SIZE) === 0 ? 0 : 8) + 1;
  const output = new Uint8Array(length);
  let filled = 0;
  for (;;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) break;
    const bytes = size % UNCOMPRESSED_BLOCK;
    if (at + bytes > input.length) throw new Error('LZ4 block beyond the end');
    const block = input.subarray(at, at + bytes);
    if (size >= UNCOMPRESSED_BLOCK) {
      output.set(block, filled);
      filled += bytes;
    } else filled = lz4Block(block, output, filled);
    at += bytes + ((flags & FLAG.BLOCK_CHECKSUM) === 0 ? 0 : 4);
  }
  if (filled !== length) throw new Error(`LZ4 frame of ${filled} bytes instead of ${length}`);
  return output;
}

/** Unpacks `block` to `output` from `start` on; a match may reach into the blocks before. Returns where it ended. */
function lz4Block(block: Uint8Array, output: Uint8Array, start: number): number {
  let at = 0;
  let to = start;
  const extended = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    for (;;) {
      const byte = block[at++];
      if (byte === undefined) throw new Error('LZ4 length beyond the end');
      length += byte;
      if (byte < 255) return length;
    }
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = extended(token >> 4);
    if (at + literals > block.length || to + literals > output.length)
      throw new Error('LZ4 literals beyond the end');
    output.set(block.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    // The last sequence has no match.
    if (at === block.length) return to;
    if (at + 2 > block.length) throw new Error('LZ4 offset beyond the end');
    const offset = block[at]! | (block[at + 1]! << 8);
    at += 2;
    const match = extended(token & 15) + MIN_MATCH;
    if (offset === 0 || offset > to || to + match > output.length) throw new Error('LZ4 match out of range');
    // Bytes may repeat what this very match has just written.
    for (let i = 0; i < match; i++, to++) output[to] = output[to - offset]!;
  }
  return to;
}
