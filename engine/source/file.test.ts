import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../errors.js';
import { openFile, openStream } from './file.js';
import { partitionOf } from './file-name.js';

const folder = mkdtempSync(join(tmpdir(), 'klinemill-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, bytes: Buffer | string): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}
const failure = (path: string): Promise<unknown> =>
  readAll(openFile(path).bytes()).catch((error: unknown) => error);

// Random digits: gzip cannot make them so small that one piece holds all.
const text = Buffer.from(
  Array.from({ length: 200_000 }, (_, i) => ((i * 2_654_435_761) >>> 7) % 10).join(''),
);

describe('openFile', () => {
  it.each([
    ['plain.csv', text],
    ['packed.csv.gz', gzipSync(text)],
    ['packed-without-suffix', gzipSync(text)],
    ['two-members.gz', Buffer.concat([gzipSync(text.subarray(0, 999)), gzipSync(text.subarray(999))])],
  ])('%s: the text, and the hash of what stands on the disk', async (name, bytes) => {
    const source = openFile(put(name, bytes));
    expect(source.name).toBe(name);
    expect(await source.sha256()).toBe(sha256(bytes));
    expect((await readAll(source.bytes())).equals(text)).toBe(true);
    expect(await source.sha256()).toBe(sha256(bytes));
  });

  it('the hash after reading is that of the bytes that were read', async () => {
    const bytes = gzipSync(text);
    const path = put('replaced.gz', bytes);
    const source = openFile(path);
    await readAll(source.bytes());
    writeFileSync(path, 'something else');
    expect(await source.sha256()).toBe(sha256(bytes));
  });

  it.each([
    ['cut.csv.gz', gzipSync(text).subarray(0, 5000), /cut off/],
    ['head.csv.gz', gzipSync(text).subarray(0, 2), /cut off/],
    ['bent.csv.gz', Buffer.from(gzipSync(text)).fill(0, 4000, 4100), /damaged gzip/],
    ['lie.csv.gz', text, /named \.gz but is no gzip/],
    ['none.csv.gz', Buffer.alloc(0), /named \.gz but is no gzip/],
  ])('%s: one clear error', async (name, bytes, message) => {
    const error = await failure(put(name, bytes));
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(name);
  });

  it('a file that is not there, and a directory', async () => {
    expect(await failure(join(folder, 'absent.csv'))).toEqual(
      new UserError("load: there is no file 'absent.csv'"),
    );
    expect((await failure(folder)) as Error).toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('directory'),
    });
  });
});

describe('openStream', () => {
  it('knows its hash only after its end, and gzip when it comes byte by byte', async () => {
    const bytes = gzipSync('a,b\n');
    const source = openStream('-', async function* () {
      for (const byte of bytes) yield Buffer.of(byte);
    });
    expect(await source.sha256()).toBe(null);
    expect((await readAll(source.bytes())).toString()).toBe('a,b\n');
    expect(await source.sha256()).toBe(sha256(bytes));
  });
});

describe('partitionOf', () => {
  it.each([
    ['/a/b-c/BTCUSDT-1h-2024-01.csv', 'BTCUSDT', '1h'],
    ['BTCUSDT-15m-ms-then-us.derived.csv', 'BTCUSDT', '15m'],
    ['FILUSDT_PERP-1m-20230801-20231130.csv.gz', 'FILUSDT_PERP', '1m'],
    ['CDD_BINANCE_BTCUSDT-1h-20170817-20210811.csv.gz', 'CDD_BINANCE_BTCUSDT', '1h'],
    ['BTCUSDT-1w.csv', 'BTCUSDT', '1w'],
    ['BTCUSDT-1d', 'BTCUSDT', '1d'],
  ])('%s', (path, symbol, interval) => {
    expect(partitionOf(path, {})).toEqual({ symbol, interval });
  });

  it('flags override the name, one by one', () => {
    expect(partitionOf('BTCUSDT-1h.csv', { symbol: 'X' })).toEqual({ symbol: 'X', interval: '1h' });
    expect(partitionOf('BTCUSDT-1h.csv', { interval: '2h' })).toEqual({ symbol: 'BTCUSDT', interval: '2h' });
    expect(partitionOf('-', { symbol: 'X', interval: '1m' })).toEqual({ symbol: 'X', interval: '1m' });
  });

  it.each([
    ['klines.csv', {}, /does not say symbol and interval.*--symbol/],
    ['-', {}, /does not say symbol and interval/],
    ['-', { symbol: 'X' }, /does not say symbol and interval/],
    ['-1h-2024.csv', {}, /does not say symbol and interval/],
    ['BTCUSDT-1mo-2024-01.csv', {}, /months/],
    ['BTCUSDT-1M-2024-01.csv', {}, /months/],
    ['BTCUSDT-7m-2024-01.csv', {}, /'7m'.*1m, 3m, 5m/],
    ['BTC:USDT-1m.csv', {}, /symbol/],
    ['BTCUSDT-1m.csv', { symbol: '' }, /symbol/],
    ['BTCUSDT-1m.csv', { interval: '1H' }, /'1H'/],
  ])('%s %j is refused in one line', (path, given, message) => {
    expect(() => partitionOf(path, given)).toThrow(UserError);
    expect(() => partitionOf(path, given)).toThrow(message);
  });
});
