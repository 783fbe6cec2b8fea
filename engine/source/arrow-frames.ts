import { open } from 'node:fs/promises';
import { Message, type Schema } from 'apache-arrow';
import { UserError } from '../errors.js';
import { ARROW_MAGIC, CONTINUATION } from './arrow-magic.js';
import { decodeFooterSchema, decodeMessage } from './arrow-metadata.js';
import { PieceReader } from './piece-reader.js';

const METADATA_LIMIT = 1 << 24;
/** Length of the footer and the magic behind it. */
const END_BYTES = 4 + ARROW_MAGIC.length;
/** Rows of one record batch, and its bytes, packed or not: all of it is in memory at once. */
const ROW_LIMIT = 1 << 23;
const BODY_LIMIT = 2 ** 29;
const NOT_PACKED = -1n;

const damaged = (name: string, what: string): UserError =>
  new UserError(`load: '${name}' is damaged Arrow (${what}); nothing of it was loaded`);

/** What reading `name` failed with, as one clear error. */
export function arrowError(name: string, error: unknown): unknown {
  // Errors of the system speak for themselves.
  if (error instanceof UserError || error instanceof ReferenceError || 'code' in (error as Error))
    return error;
  // Whatever the reader stumbles over in bytes that lie: an offset out of range, an unknown type.
  return damaged(name, (error as Error).message);
}

/**
 * The messages of an Arrow IPC stream or file, front to back (a file is a stream between two magics and a footer, so both
 * are read from any source at all). Every length is held against the bytes that are there and against limits before
 * the reader gets to see it.
 *
 * @param path where the bytes stand on disk as they are; null for any that do not
 * @throws UserError when it is cut off, damaged, or a batch is larger than the limits
 */
export async function* arrowFrames(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  path: string | null,
): AsyncGenerator<Uint8Array> {
  const pieces = new PieceReader(bytes);
  try {
    const magic = await pieces.take(8);
    const isFile = magic.subarray(0, 6).equals(ARROW_MAGIC);
    if (!isFile) pieces.giveBack(magic);
    for (let count = 0; ; count++) {
      const prefix = await pieces.take(8);
      if (prefix.length < 8) throw cutOff(name);
      if (prefix.readUInt32LE(0) !== CONTINUATION) throw damaged(name, 'no message where one must begin');
      const length = prefix.readInt32LE(4);
      if (length === 0) {
        if (count === 0) yield* schemaFrame(await footerSchema(name, isFile, path));
        yield prefix;
        break;
      }
      if (length < 0 || length > METADATA_LIMIT) throw damaged(name, `metadata of ${length} bytes`);
      const metadata = await pieces.take(length);
      if (metadata.length < length) throw cutOff(name);
      const message = decodeMessage(metadata);
      if (count === 0 && !message.isSchema()) yield* schemaFrame(await footerSchema(name, isFile, path));
      const { bodyLength } = message;
      if (!(bodyLength >= 0 && bodyLength <= BODY_LIMIT))
        throw damaged(name, `a batch of ${bodyLength} bytes; ${BODY_LIMIT} are allowed`);
      const body = await pieces.take(bodyLength);
      if (body.length < bodyLength) throw cutOff(name);
      checkBody(name, message, body);
      yield prefix;
      yield metadata;
      yield body;
    }
    await checkTail(name, await pieces.take(METADATA_LIMIT + 1), isFile);
  } finally {
    await pieces.close();
  }
}

const cutOff = (name: string): UserError =>
  new UserError(`load: '${name}' is Arrow that is cut off; nothing of it was loaded`);

/**
 * The schema in a file's footer: some writers (Arrow's own for JavaScript) leave out the one in front, where the format
 * has it.
 */
async function footerSchema(name: string, isFile: boolean, path: string | null): Promise<Schema> {
  if (!isFile) throw damaged(name, 'a stream that begins with no schema');
  if (path === null)
    throw new UserError(
      `load: '${name}' is Arrow that says at its end what it holds: it must be a file of its own, not standard input nor packed`,
    );
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const read = async (length: number, position: number): Promise<Buffer> =>
      (await file.read(Buffer.alloc(length), 0, length, position)).buffer;
    const end = await read(END_BYTES, Math.max(0, size - END_BYTES));
    const length = end.readInt32LE(0);
    if (!end.subarray(4).equals(ARROW_MAGIC)) throw cutOff(name);
    if (!(length > 0 && length <= Math.min(METADATA_LIMIT, size - END_BYTES)))
      throw damaged(name, `a footer of ${length} bytes`);
    return decodeFooterSchema(await read(length, size - END_BYTES - length));
  } finally {
    await file.close();
  }
}

function* schemaFrame(schema: Schema): Generator<Uint8Array> {
  const metadata = Message.encode(Message.from(schema));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32LE(CONTINUATION, 0);
  prefix.writeInt32LE(metadata.length, 4);
  yield prefix;
  yield metadata;
}

/** Lengths that a batch declares of its rows, of its columns, and of what they unpack to. */
function checkBody(name: string, message: Message, body: Buffer): void {
  if (!message.isRecordBatch() && !message.isDictionaryBatch()) return;
  const header = message.header();
  const batch = 'data' in header ? header.data : header;
  if (!(batch.length >= 0 && batch.length <= ROW_LIMIT))
    throw damaged(name, `a batch of ${batch.length} rows; ${ROW_LIMIT} are allowed`);
  let unpacked = 0;
  for (const { offset, length } of batch.buffers) {
    if (!(offset >= 0 && length >= 0 && offset + length <= body.length))
      throw damaged(name, 'a column lies outside its batch');
    if (batch.compression === null || length === 0) continue;
    if (length < 8) throw damaged(name, 'a packed column without its length');
    const declared = body.readBigInt64LE(offset);
    unpacked += declared === NOT_PACKED ? length : Number(declared);
    if (declared < NOT_PACKED || unpacked > BODY_LIMIT)
      throw damaged(name, `a batch that unpacks to more than ${BODY_LIMIT} bytes`);
  }
}

/** A stream ends with its end mark; a file has a footer, its length and the magic behind it. */
async function checkTail(name: string, tail: Buffer, isFile: boolean): Promise<void> {
  if (!isFile) {
    if (tail.length > 0) throw damaged(name, 'bytes behind its end');
    return;
  }
  if (tail.length > METADATA_LIMIT) throw damaged(name, 'a footer of more than 16 MB');
  const end = tail.length - ARROW_MAGIC.length;
  if (end < 4 || !tail.subarray(end).equals(ARROW_MAGIC)) throw cutOff(name);
  if (tail.readInt32LE(end - 4) !== end - 4)
    throw damaged(name, 'its footer has another length than it says');
}
