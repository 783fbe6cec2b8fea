import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { line } from '../../test/support/hostile.js';
import { UserError } from '../errors.js';
import { openFile } from './file.js';
import { type KlineChunk, ownMemory } from './kline-chunk.js';
import { type KlineOptions, readKlines } from './klines.js';
import { SLOT_ROWS } from './parse-messages.js';
import { ParseThread } from './parse-thread.js';

// The thread runs the built program: `npm test` builds first.

const HOUR = 3_600_000;
const RULES: KlineOptions = { durationMs: HOUR, gridOffset: 0, now: Date.UTC(2200, 0, 1) };
const folder = mkdtempSync(join(tmpdir(), 'klinemill-thread-'));
const thread = new ParseThread();
afterEach(() => thread.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, bytes: Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
/** More chunks of rows than there are slots, some of them cut short, some bad. */
const TEXT = Buffer.from(
  Array.from({ length: 150_000 }, (_, i) =>
    i % 1000 === 7 ? 'bad' : line(i, i % 900 === 5 ? { 6: String(Date.UTC(2024, 0, 1) + i * HOUR) } : {}),
  ).join('\n'),
);
const CHUNKS = Math.ceil(150_000 / SLOT_ROWS);
const PATH = put('A-1h.csv.gz', gzipSync(TEXT, { level: 1 }));

const digest = ({ buffer, byteOffset, byteLength }: Float64Array | Uint8Array): string =>
  createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');

/** All that a chunk says; its arrays as hashes. */
async function said(chunks: AsyncIterable<KlineChunk>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { columns, rows, lines, truncated, rejects, texts } of chunks)
    found.push({
      rows,
      columns: columns.map((column) => digest(column.subarray(0, rows))),
      lines: digest(lines.subarray(0, rows)),
      truncated: digest(truncated.subarray(0, rows)),
      rejects,
      texts: await texts([0, 5, rows - 1]),
    });
  return found;
}

describe('ParseThread', () => {
  it('says what reading on this thread says, chunk by chunk, and the hash', async () => {
    const here = openFile(PATH);
    const expected = await said(readKlines(here, { ...RULES, memory: ownMemory(SLOT_ROWS) }));
    expect(expected.length).toBe(CHUNKS);
    for (let again = 0; again < 2; again++) {
      const source = thread.open(PATH);
      expect(await said(source.klines(RULES))).toEqual(expected);
      expect(await source.sha256()).toBe(await here.sha256());
    }
  });

  it('a reader that stops early leaves a thread that reads the next file', async () => {
    for await (const chunk of thread.open(PATH).klines(RULES)) {
      expect(chunk.rows).toBeGreaterThan(0);
      break;
    }
    expect((await said(thread.open(PATH).klines(RULES))).length).toBe(CHUNKS);
  });

  it.each([
    ['no such file', join(folder, 'none.csv'), /there is no file/],
    [
      'a gzip that is cut off',
      put('B-1h.csv.gz', gzipSync(TEXT, { level: 1 }).subarray(0, -5000)),
      /cut off/,
    ],
    ['no klines', put('C-1h.csv', Buffer.from('no\n'.repeat(5000))), /no klines/],
  ])('%s is the same error as here, and the thread goes on', async (_, path, message) => {
    const error = await said(thread.open(path).klines(RULES)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(message);
    expect((await said(thread.open(PATH).klines(RULES))).length).toBe(CHUNKS);
  });
});
