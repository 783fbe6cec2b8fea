import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../errors.js';
import type { LocalChunk } from './chunk-builder.js';
import { type CsvOptions, LINE_LIMIT, readCsv } from './csv.js';
import { COLUMN, ownMemory, RAW_LIMIT } from './kline-chunk.js';

const HOUR = 3_600_000;
/** 2024-01-01T00:00Z, on the hourly grid. */
const T0 = 1_704_067_200_000;
const RULES: CsvOptions = { name: 'test.csv', durationMs: HOUR, gridOffset: 0, now: T0 + 1000 * HOUR };

interface Parsed {
  /** Eleven values a row, in SPEC 2's order; unknown = null. */
  rows: (number | null)[][];
  lines: number[];
  raws: string[];
  truncated: number[];
  rejects: { line: number; reason: string; raw: string }[];
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function parse(
  text: string | Buffer,
  options: Partial<CsvOptions> = {},
  pieceSize = 1 << 16,
): Promise<Parsed> {
  const parsed: Parsed = { rows: [], lines: [], raws: [], truncated: [], rejects: [] };
  for await (const chunk of readCsv(pieces(Buffer.from(text), pieceSize), { ...RULES, ...options }))
    collect(parsed, chunk);
  return parsed;
}

function collect(into: Parsed, chunk: LocalChunk): void {
  for (let row = 0; row < chunk.rows; row++) {
    into.rows.push(chunk.columns.map((column) => (Number.isNaN(column[row]) ? null : column[row]!)));
    into.lines.push(chunk.lines[row]!);
    into.raws.push(chunk.raw(row));
    into.truncated.push(chunk.truncated[row]!);
  }
  into.rejects.push(...chunk.rejects);
}

/** The row at bar `bar` with some of SPEC 2's eleven fields replaced. */
function line(bar: number, change: Record<number, string> = {}): string {
  const open = T0 + bar * HOUR;
  const fields = [
    String(open),
    '100',
    '110',
    '90',
    '105',
    '12.5',
    String(open + HOUR - 1),
    '1300',
    '42',
    '6',
    '630',
  ];
  for (const [field, text] of Object.entries(change)) fields[Number(field)] = text;
  return fields.join(',');
}
const values = (bar: number): number[] => line(bar).split(',').map(Number);

const one = async (text: string): Promise<string | (number | null)[]> => {
  const parsed = await parse(`${line(0)}\n${text}\n`);
  expect(parsed.rows.length + parsed.rejects.length).toBe(2);
  return parsed.rejects[0]?.reason ?? parsed.rows[1]!;
};

describe('rows that are kept', () => {
  it('reads eleven columns, with and without a header, and counts physical lines', async () => {
    const header = 'open_time,open,high,low,close,volume,close_time,quote_volume,count,a,b,ignore';
    const withHeader = await parse(`${header}\n${line(0)},0\n\n  \t\n${line(1)},0\n`);
    expect(withHeader.rows).toEqual([values(0), values(1)]);
    expect(withHeader.lines).toEqual([2, 5]);
    expect(withHeader.raws[1]).toBe(`${line(1)},0`);
    const without = await parse(`${line(0)}\n${line(1)}`);
    expect(without.rows).toEqual([values(0), values(1)]);
    expect(without.lines).toEqual([1, 2]);
  });

  it('takes a first line for a header only when none of its first seven fields is a number', async () => {
    expect((await parse(`a,b,c,d,e,f,g,1,2,3,4\n${line(0)}`)).rejects).toEqual([]);
    expect((await parse(`a,b,c,d,e,f,7\n${line(0)}`)).rejects).toMatchObject([{ line: 1, reason: 'PARSE' }]);
    expect((await parse(`Infinity,0x1,NaN,d,e,f,g\n${line(0)}`)).rejects).toEqual([]);
    // A header further down (two files in one) is no number either, but no first line.
    expect((await parse(`${line(0)}\nopen_time,b,c,d,e,f,g\n${line(1)}`)).rejects).toMatchObject([
      { line: 2, reason: 'PARSE', raw: 'open_time,b,c,d,e,f,g' },
    ]);
  });

  it('accepts 7 to 12 fields; what is missing or empty among the last four is unknown', async () => {
    const seven = line(1).split(',').slice(0, 7).join(',');
    expect(await one(seven)).toEqual([...values(1).slice(0, 7), null, null, null, null]);
    expect(await one(`${seven},,,,,`)).toEqual([...values(1).slice(0, 7), null, null, null, null]);
    expect(await one(`${seven},5`)).toEqual([...values(1).slice(0, 7), 5, null, null, null]);
    expect(await one(`${line(1)},"what, ever"`)).toEqual(values(1));
    expect(await one(line(1, { 8: '', 9: '""' }))).toEqual(
      values(1).map((v, i) => (i === 8 || i === 9 ? null : v)),
    );
  });

  it('accepts blanks, signs, exponents, quotes, CRLF and a BOM', async () => {
    expect(
      await one(line(1, { 1: ' +1e2', 2: '1.1E+2\t', 3: '"90"', 4: ' " 105. " ', 5: '.125e2' })),
    ).toEqual(values(1));
    const crlf = await parse(
      `\ufeff${line(0)}\r\n\r\n${line(1, { 10: '"630"' })}\r\n${line(2).split(',').slice(0, 9)},6,\r\n`,
    );
    expect(crlf.rows).toEqual([values(0), values(1), [...values(2).slice(0, 10), null]]);
    expect(crlf.raws[0]).toBe(line(0));
    expect(crlf.lines).toEqual([1, 3, 4]);
  });

  it('reads times of 1e14 and more as microseconds, rounded down', async () => {
    const open = T0 + HOUR;
    expect(await one(line(1, { 0: `${open}000`, 6: `${open + HOUR - 1}999` }))).toEqual(values(1));
    expect(await one(line(1, { 0: `${open}000`, 6: `${open + HOUR - 1}` }))).toEqual(values(1));
    expect(await one(line(1, { 0: `${open}000`, 6: `${open + HOUR}000` }))).toBe('CLOSE_TIME');
  });

  it('normalises a close_time that was cut short and marks the row', async () => {
    const parsed = await parse(
      [line(0), line(1, { 6: String(T0 + HOUR + 5) }), line(2, { 6: String(T0 + 2 * HOUR) })].join('\n'),
    );
    expect(parsed.rows).toEqual([values(0), values(1), values(2)]);
    expect(parsed.truncated).toEqual([0, 1, 1]);
  });

  it('puts weeks on Mondays', async () => {
    const week = 7 * 24 * HOUR;
    const monday = Date.UTC(2024, 0, 8);
    const rules = { durationMs: week, gridOffset: 4 * 24 * HOUR, now: monday + 10 * week };
    const bar = (open: number) => `${open},1,1,1,1,1,${open + week - 1}`;
    expect((await parse(bar(monday), rules)).rows.length).toBe(1);
    expect((await parse(bar(monday - 24 * HOUR), rules)).rejects[0]?.reason).toBe('GRID');
  });
});

describe('rows that are rejected (SPEC 2)', () => {
  const open = T0 + HOUR;
  it.each<[string, string, string]>([
    ['PARSE', 'six fields', line(1).split(',').slice(0, 6).join(',')],
    ['PARSE', 'thirteen fields', `${line(1)},0,0`],
    ['PARSE', 'a comma inside quotes', line(1, { 1: '"1,00"' })],
    ['PARSE', 'an open quote', line(1, { 1: '"100' })],
    ['PARSE', 'text', line(1, { 4: 'abc' })],
    ['PARSE', 'hex', line(1, { 4: '0x69' })],
    ['PARSE', 'NaN', line(1, { 4: 'NaN' })],
    ['PARSE', 'Infinity', line(1, { 2: 'Infinity' })],
    ['PARSE', 'a literal that overflows', line(1, { 2: '1e400' })],
    ['PARSE', 'an overflow in an optional column', line(1, { 7: '-1e999' })],
    ['PARSE', 'text in an optional column', line(1, { 10: 'n/a' })],
    ['PARSE', 'an empty price', line(1, { 1: '' })],
    ['PARSE', 'an empty volume', line(1, { 5: ' ' })],
    ['PARSE', 'an empty close_time', line(1, { 6: '""' })],
    ['PARSE', 'a fraction of a millisecond', line(1, { 0: `${open}.5` })],
    ['PARSE', 'a fraction of a trade', line(1, { 8: '4.2' })],
    ['PRICE', 'an open of 0', line(1, { 1: '0' })],
    ['PRICE', 'a high of 0', line(1, { 2: '0' })],
    ['PRICE', 'a low of 0', line(1, { 3: '0' })],
    ['PRICE', 'a close of 0', line(1, { 4: '0' })],
    ['PRICE', 'a negative price', line(1, { 1: '-100' })],
    ['RANGE', 'low above close', line(1, { 3: '105.5' })],
    ['RANGE', 'high below open', line(1, { 1: '111', 4: '100' })],
    ['RANGE', 'low above high', line(1, { 1: '100', 2: '100', 3: '101', 4: '100' })],
    ['VOLUME', 'a negative volume', line(1, { 5: '-0.001' })],
    ['GRID', 'an open_time off the grid', line(1, { 0: String(open + 1) })],
    ['CLOSE_TIME', 'later than normal', line(1, { 6: String(open + HOUR) })],
    ['CLOSE_TIME', 'before open_time', line(1, { 6: String(open - 1) })],
    ['OPEN_BAR', 'not closed yet', line(1000)],
    [
      'PARSE',
      'a time before every clock',
      line(1, { 0: '-36000000000000000000', 6: '-36000000000000000000' }),
    ],
    ['PARSE', 'a time behind every clock', line(1, { 0: '3.6e25', 6: '3.6e25' })],
  ])('%s: %s', async (reason, _what, text) => {
    expect(await one(text)).toBe(reason);
  });

  it('names the first reason in the order of SPEC 2', async () => {
    const all = { 1: '-1', 2: '1', 3: '50', 5: '-1', 0: String(T0 + 2000 * HOUR + 1), 6: String(T0) };
    expect(await one(line(1, { ...all, 4: 'x' }))).toBe('PARSE');
    expect(await one(line(1, all))).toBe('PRICE');
    expect(await one(line(1, { ...all, 1: '1' }))).toBe('RANGE');
    const sound = { ...all, 1: '100', 2: '110', 3: '90' };
    expect(await one(line(1, sound))).toBe('VOLUME');
    expect(await one(line(1, { ...sound, 5: '1' }))).toBe('GRID');
    expect(await one(line(1, { ...sound, 5: '1', 0: String(T0 + 2000 * HOUR) }))).toBe('CLOSE_TIME');
    expect(await one(line(2000))).toBe('OPEN_BAR');
  });

  it('a bar is open until its normal close_time is past, also when the row was cut short', async () => {
    const at = async (now: number) =>
      (await parse(line(0, { 6: String(T0 + 5) }), { now })).rejects[0]?.reason;
    expect(await at(T0 + HOUR - 1)).toBe('OPEN_BAR');
    expect(await at(T0 + HOUR)).toBe(undefined);
  });

  it('keeps line and text, cuts absurdly long text and says so', async () => {
    const long = 'x'.repeat(5000);
    const parsed = await parse(`${line(0)}\r\nбыло\r\n${long}\n${line(1)}`);
    expect(parsed.rejects[0]).toEqual({ line: 2, reason: 'PARSE', raw: 'было' });
    expect(parsed.rejects[1]!.raw).toBe(`${'x'.repeat(RAW_LIMIT)} ... (cut; the line has 5000 bytes)`);
    expect(parsed.lines).toEqual([1, 4]);
  });

  it('rejects a line over the limit without losing count, in pieces or at once', async () => {
    const endless = '7'.repeat(LINE_LIMIT + 10);
    for (const size of [1 << 16, 1 << 30]) {
      for (const end of ['\n', '']) {
        const text =
          end === '' ? `${line(0)}\n${line(1)}\n${endless}` : `${line(0)}\n${endless}\n${line(1)}\n`;
        const parsed = await parse(text, {}, size);
        expect(parsed.rows).toEqual([values(0), values(1)]);
        expect(parsed.rejects).toMatchObject([{ line: end === '' ? 3 : 2, reason: 'PARSE' }]);
        expect(parsed.rejects[0]!.raw).toContain(`${LINE_LIMIT + 10} bytes`);
      }
    }
    // Within the limits of a number, but not of a line.
    const padded = await parse(`${line(0)}\n${line(1)}${' '.repeat(LINE_LIMIT)}\n`, {}, 1 << 30);
    expect(padded.rejects).toMatchObject([{ line: 2, reason: 'PARSE' }]);
  });
});

describe('texts that hold no klines', () => {
  it.each([
    ['nothing', '', /empty/],
    ['blank lines', '\n \r\n', /empty/],
    ['binary data', Buffer.from([0, 1, 2, 3, 10, 0, 255, 10]), /binary/],
    ['UTF-16', Buffer.from(`\ufeff${line(0)}\n${line(1)}\n`, 'utf16le'), /binary/],
    ['a thousand lines of prose', 'the quick brown fox\n'.repeat(1001), /no klines/],
  ])('%s: one clear error', async (_what, text, message) => {
    const error = await parse(text).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain("'test.csv'");
  });

  it('a header alone is a file without rows', async () => {
    expect(await parse('open_time,open,high,low,close,volume,close_time\n')).toMatchObject({
      rows: [],
      rejects: [],
    });
  });

  it('one bad row, or a NUL in one row, rejects that row only', async () => {
    expect((await parse('1,2,3')).rejects).toMatchObject([{ line: 1, reason: 'PARSE' }]);
    const parsed = await parse(`${line(0)}\n1,\0,3\n${line(1)}`);
    expect(parsed.rows.length).toBe(2);
    expect(parsed.rejects).toMatchObject([{ line: 2, reason: 'PARSE' }]);
  });
});

describe('chunks and pieces', () => {
  it('any piece size and any chunk size give the same rows, lines and rejects', async () => {
    const text = `\ufeffopen_time,o,h,l,c,v,t\r\n${Array.from({ length: 40 }, (_, i) =>
      i % 7 === 3 ? 'bad' : i % 11 === 5 ? '' : line(i, i % 5 === 0 ? { 6: String(T0 + i * HOUR) } : {}),
    ).join('\r\n')}`;
    const whole = await parse(text);
    expect(whole.rows.length).toBeGreaterThan(25);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 20 }),
        async (size, chunkRows) => {
          expect(await parse(text, { memory: ownMemory(chunkRows) }, size)).toEqual(whole);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('a chunk holds at most the rows that were asked for', async () => {
    const text = Array.from({ length: 10 }, (_, i) => line(i)).join('\n');
    const sizes: number[] = [];
    for await (const chunk of readCsv(pieces(Buffer.from(text), 64), { ...RULES, memory: ownMemory(4) }))
      sizes.push(chunk.rows);
    expect(sizes).toEqual([4, 4, 2]);
  });

  it('every number equals Number(text) bit for bit', async () => {
    const number = fc.oneof(
      fc.double({ min: 1e-9, max: 1e17, noNaN: true }).map(String),
      fc.double({ min: 1e-7, max: 1e12, noNaN: true }).map((value) => value.toFixed(8)),
      fc.double({ min: 1e-7, max: 1e12, noNaN: true }).map((value) => `+${value.toExponential(16)}`),
      fc.bigInt({ min: 1n, max: 10n ** 30n }).map((value) => `${value}.${value}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 50 }), async (texts) => {
        const parsed = await parse(texts.map((text, i) => line(i, { 5: text, 10: ` ${text} ` })).join('\n'));
        expect(parsed.rejects).toEqual([]);
        for (const [i, text] of texts.entries()) {
          expect(Object.is(parsed.rows[i]![COLUMN.VOLUME], Number(text))).toBe(true);
          expect(Object.is(parsed.rows[i]![COLUMN.TAKER_BUY_QUOTE], Number(text))).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
