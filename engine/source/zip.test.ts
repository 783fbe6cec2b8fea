import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zipOf } from '../../test/support/zip.js';
import { UserError } from '../errors.js';
import { openStream } from './file.js';
import type { UnpackLimits } from './unpack-limits.js';

const NAME = 'BTCUSDT-1h-2024-01.csv';
const TEXT = '1704067200000,100,110,90,105,12.5,1704070799999,1300,42,6,630,0\n';
// Random digits: deflate cannot make them so small that one piece holds all.
const LONG = Array.from({ length: 300_000 }, (_, i) => ((i * 2_654_435_761) >>> 7) % 10).join('');

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
}

async function unpack(bytes: Buffer, size = 1 << 16, limits?: UnpackLimits): Promise<string> {
  const source = openStream('a.zip', () => pieces(bytes, size), limits);
  const found: Uint8Array[] = [];
  for await (const piece of source.bytes()) found.push(piece);
  expect(await source.sha256(), 'read to its end').not.toBe(null);
  return Buffer.concat(found).toString('latin1');
}

const failure = (bytes: Buffer, limits?: UnpackLimits): Promise<string> =>
  unpack(bytes, 1 << 16, limits).then(
    (text) => `unpacked ${text.length} bytes`,
    (error: unknown) => {
      expect(error).toBeInstanceOf(UserError);
      return (error as Error).message;
    },
  );

describe('archives of other programs', () => {
  it.each([
    [
      'zipfile of Python 3',
      'UEsDBBQAAAAIAAAAQVhw0BeILwAAAEAAAAAWAAAAQlRDVVNEVC0xaC0yMDI0LTAxLmNzdhWKQQ4AIAzC7r6FGJhzy/7/MaUJpIeqmawOGsgTMdYLxf7notljoPOTDBTqEFwPUEsBAhQDFAAAAAgAAABBWHDQF4gvAAAAQAAAABYAAAAAAAAAAAAAAIABAAAAAEJUQ1VTRFQtMWgtMjAyNC0wMS5jc3ZQSwUGAAAAAAEAAQBEAAAAYwAAAAAA',
    ],
    [
      'zipfile of Python 3 on a stream, zip64',
      'UEsDBC0ACAAIAAAAQVgAAAAA//////////8WABQAQlRDVVNEVC0xaC0yMDI0LTAxLmNzdgEAEAAAAAAAAAAAAAAAAAAAAAAAFYpBDgAgDMLuvoUYmHPL/v8xpQmkh6qZrA4ayBMx1gvF/uei2WOg85MMFOoQXA9QSwcIcNAXiC8AAAAAAAAAQAAAAAAAAABQSwECLQMtAAgACAAAAEFYcNAXiC8AAABAAAAAFgAAAAAAAAAAAAAAgAEAAAAAQlRDVVNEVC0xaC0yMDI0LTAxLmNzdlBLBQYAAAAAAQABAEQAAACPAAAAAAA=',
    ],
    [
      'Info-ZIP 3.0',
      'UEsDBBQAAAAIAAAAQVhw0BeILwAAAEAAAAAWABwAQlRDVVNEVC0xaC0yMDI0LTAxLmNzdlVUCQADAN+6ZQDfumV1eAsAAQQAAAAABAAAAAAVikEOACAMwu6+hRiYc8v+/zGlCaSHqpmsDhrIEzHWC8X+56LZY6DzkwwU6hBcD1BLAQIeAxQAAAAIAAAAQVhw0BeILwAAAEAAAAAWABgAAAAAAAEAAACkgQAAAABCVENVU0RULTFoLTIwMjQtMDEuY3N2VVQFAAMA37pldXgLAAEEAAAAAAQAAAAAUEsFBgAAAAABAAEAXAAAAH8AAAAAAA==',
    ],
  ])('%s', async (_, base64) => {
    expect(await unpack(Buffer.from(base64, 'base64'))).toBe(TEXT);
  });
});

describe('one plain .csv file', () => {
  it.each([
    ['deflated', { name: NAME, data: LONG }],
    ['stored', { name: NAME, data: LONG, method: 0 }],
    ['written as a stream', { name: NAME, data: LONG, descriptor: true }],
    ['zip64', { name: NAME, data: LONG, zip64: true }],
    ['empty', { name: NAME, data: '' }],
    ['not made on Unix', { name: NAME, data: LONG, mode: 0 }],
    ['in capitals', { name: 'A-1H.CSV', data: LONG }],
  ])('%s: its text, in pieces of any size', async (_, part) => {
    const archive = zipOf([part], { comment: 'made by hand' });
    for (const size of [7, 1000, 1 << 20]) expect(await unpack(archive, size)).toBe(part.data);
  });
});

const one = (change: object): Buffer => zipOf([{ name: NAME, data: TEXT, ...change }]);
const twice = (data: string, method: number): Buffer =>
  zipOf([
    { name: NAME, data, method },
    { name: 'BTCUSDT-1h-2024-02.csv', data, method },
  ]);

describe('refused in one line', () => {
  it.each<[string, Buffer, RegExp]>([
    ['two entries', twice(TEXT, 8), /holds 2 entries; exactly one/],
    ['two large entries', twice(LONG.repeat(2), 0), /holds more than 'BTCUSDT-1h-2024-01.csv'/],
    [
      'two, declared as one',
      zipOf(
        [
          { name: NAME, data: TEXT },
          { name: 'b.csv', data: '' },
        ],
        { entries: 1 },
      ),
      /no entry|more than/,
    ],
    ['one, declared as two', zipOf([{ name: NAME, data: TEXT }], { entries: 2 }), /holds 2 entries/],
    [
      'bytes between',
      zipOf([{ name: NAME, data: TEXT }], { stray: Buffer.alloc(100) }),
      /belong to no entry/,
    ],
    ['a folder', zipOf([{ name: 'data/', data: '', method: 0 }]), /path/],
    ['a path', one({ name: `data/${NAME}` }), /path/],
    ['a way up', one({ name: `../${NAME}` }), /path/],
    ['an absolute path', one({ name: `/etc/${NAME}` }), /path/],
    ['a backslash', one({ name: `..\\${NAME}` }), /path/],
    ['a drive', one({ name: `C:${NAME}` }), /path/],
    ['two dots', one({ name: '..csv' }), /path/],
    ['no name', one({ name: '' }), /name/],
    ['a NUL in the name', one({ name: 'a\0.csv' }), /path/],
    ['another name in the directory', one({ centralName: '../x.csv' }), /something else/],
    ['a link', one({ data: '/etc/passwd', method: 0, mode: 0o120777 }), /link/],
    ['a device', one({ mode: 0o020666 }), /link or no file/],
    ['encrypted', one({ flags: 1 }), /encrypted/],
    ['another method', one({ method: 12 }), /method 12/],
    ['stored without a length', one({ method: 0, descriptor: true }), /how long/],
    ['a wrong checksum', one({ crc: 1 }), /checksum/],
    ['a smaller size declared', one({ declared: 63 }), /64 bytes, and not 63/],
    ['3 GB declared', one({ declared: 3e9 }), /more than 2,148 MB/],
    ['a zip', one({ data: zipOf([{ name: NAME, data: TEXT }]) }), /another zip/],
    ['a zip under its own name', one({ name: 'a.zip' }), /no \.csv/],
    ['a program', one({ name: 'klines.csv.exe' }), /no \.csv/],
    ['bytes behind its end', Buffer.concat([one({}), Buffer.alloc(9)]), /cut off/],
    [
      '16 bytes before its directory',
      zipOf([{ name: NAME, data: TEXT }], { stray: Buffer.alloc(16) }),
      /belong to no entry/,
    ],
    [
      '9 bytes behind its directory',
      zipOf([{ name: NAME, data: TEXT }], { behind: Buffer.alloc(9) }),
      /belong to no entry/,
    ],
    [
      'its directory entry twice',
      zipOf([{ name: NAME, data: TEXT }], { behind: 'again' }),
      /belong to no entry/,
    ],
    ['nothing', Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1'), /no zip, or an empty one/],
    ['no bytes', Buffer.alloc(0), /no zip, or an empty one/],
    ['text', Buffer.from(TEXT), /no zip/],
  ])('%s', async (_, archive, message) => {
    expect(await failure(archive)).toMatch(message);
  });

  it('what unfolds a thousandfold, long before it is unfolded, whatever it declares', async () => {
    const bomb = Buffer.alloc(64 << 20);
    for (const change of [{}, { descriptor: true }, { declared: 1000 }])
      expect(await failure(one({ data: bomb, ...change }))).toMatch(/more than 200 times/);
  });

  it('what is longer than the limit that was given', async () => {
    const limits = { unpackedBytes: 200_000, ratio: 200 };
    expect(await failure(one({ data: LONG }), limits)).toMatch(/more than 1 MB.*--max-unpacked/);
    expect(await failure(one({ data: LONG, descriptor: true }), limits)).toMatch(/more than 1 MB/);
    expect(await failure(one({ data: LONG, declared: 10 }), limits)).toMatch(/more than 1 MB|not 10/);
  });
});

describe('damage', () => {
  const data = LONG.slice(0, 5000);
  const archives = [
    one({ data }),
    one({ data, method: 0 }),
    one({ data, descriptor: true }),
    one({ data, zip64: true }),
  ];

  it('cut anywhere: an error, never less than the whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...archives),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        async (archive, share) => {
          expect(await failure(archive.subarray(0, Math.floor(share * archive.length)))).toMatch(
            /cut off|damaged|no zip/,
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it('a flipped bit: an error or the same text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...archives), fc.nat(), fc.nat(7), async (archive, at, bit) => {
        const bent = Buffer.from(archive);
        bent[at % bent.length]! ^= 1 << bit;
        const found = await unpack(bent).catch((error: unknown) => error);
        if (!(found instanceof UserError)) expect(found).toBe(data);
      }),
      { numRuns: 300 },
    );
  });
});
