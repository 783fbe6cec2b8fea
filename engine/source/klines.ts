import { open } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { ARROW_MAGIC, CONTINUATION } from './arrow-magic.js';
import type { RowRules } from './check-row.js';
import type { LocalChunk } from './chunk-builder.js';
import type { ColumnMap } from './column-names.js';
import { readCsv } from './csv.js';
import type { ByteSource } from './file.js';
import type { ChunkMemory } from './kline-chunk.js';
import { PieceReader } from './piece-reader.js';

const PARQUET_MAGIC = Buffer.from('PAR1');
/** Feather before version 2 was no Arrow IPC. */
const FEATHER_1_MAGIC = Buffer.from('FEA1');
const HEAD_BYTES = 8;

export interface KlineOptions extends RowRules {
  readonly map?: ColumnMap;
  /** Where chunks are written; the same arrays again and again where it is absent. */
  readonly memory?: ChunkMemory;
}

/**
 * Klines of a source, whatever form it has: CSV, Arrow IPC or Parquet, known by its first bytes and not by its name.
 *
 * @throws UserError what the reader of that form throws
 */
export async function* readKlines(source: ByteSource, rules: KlineOptions): AsyncGenerator<LocalChunk> {
  const { name } = source;
  const options = { ...rules, name };
  const pieces = new PieceReader(source.bytes());
  try {
    const head = await pieces.take(HEAD_BYTES);
    pieces.giveBack(head);
    const begins = (magic: Buffer): boolean => head.subarray(0, magic.length).equals(magic);
    if (begins(PARQUET_MAGIC)) {
      await pieces.close();
      // Readers of other forms are loaded where they are needed: they are large, and most files are CSV.
      const { readParquet } = await import('./parquet.js');
      yield* readParquet({ ...options, path: await unpackedPath(source, head) });
    } else if (begins(FEATHER_1_MAGIC))
      throw new UserError(
        `load: '${name}' is feather version 1, which is no Arrow; write it again as version 2`,
      );
    else if (begins(ARROW_MAGIC) || (head.length >= 4 && head.readUInt32LE(0) === CONTINUATION)) {
      const { readArrow } = await import('./arrow.js');
      yield* readArrow(pieces.remaining(), { ...options, path: await unpackedPath(source, head) });
    } else yield* readCsv(pieces.remaining(), options);
  } finally {
    await pieces.close();
  }
}

/** Where a file stands whose bytes are `head` on the disk too, and not only unpacked; else null. */
async function unpackedPath({ path }: ByteSource, head: Buffer): Promise<string | null> {
  if (path === null) return null;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(head.length), 0, head.length, 0);
    return buffer.subarray(0, bytesRead).equals(head) ? path : null;
  } finally {
    await file.close();
  }
}
