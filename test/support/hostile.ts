import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { arrowOf, bars, barsSql, HOUR, runSql, T0, TYPED, vectorsOf } from './columnar.js';
import { type ZipPart, zipOf } from './zip.js';

/** A file, and what must become of it: rows and rejects by reason, or one clear error. */
export interface HostileFile {
  readonly what: string;
  readonly suffix: string;
  readonly bytes: Buffer;
  readonly rows?: number;
  readonly rejects?: Readonly<Record<string, number>>;
  readonly error?: RegExp;
}

/** The hourly bar `bar`, other fields by index. */
export function line(bar: number, change: Readonly<Record<number, string>> = {}): string {
  const open = T0 + bar * HOUR;
  const fields = [open, 100, 110, 90, 105, 12.5, open + HOUR - 1, 1300, 42, 6, 630, 0].map(String);
  for (const [field, text] of Object.entries(change)) fields[Number(field)] = text;
  return fields.join(',');
}

const lines = (...own: string[]): Buffer => Buffer.from(`${own.join('\n')}\n`);
/** Two good rows around one that must be rejected. */
const around = (bad: string): Buffer => lines(line(0), bad, line(2));
export const GOOD = lines(...Array.from({ length: 200 }, (_, i) => line(i)));

const ROWS: readonly [string, string, string][] = [
  ['a price of 1e400', line(1, { 1: '1e400' }), 'PARSE'],
  ['a price of Infinity', line(1, { 2: 'Infinity' }), 'PARSE'],
  ['a price of NaN', line(1, { 3: 'NaN' }), 'PARSE'],
  ['a price in hex', line(1, { 4: '0x64' }), 'PARSE'],
  ['a price with a decimal comma', line(1, { 4: '"100,5"' }), 'PARSE'],
  ['a price with thousands marks', line(1, { 4: '1_000' }), 'PARSE'],
  ['an empty price', line(1, { 4: '' }), 'PARSE'],
  ['a time with a fraction', line(1, { 0: `${T0 + HOUR}.5` }), 'PARSE'],
  ['an ISO time', line(1, { 0: '2024-01-01 01:00:00' }), 'PARSE'],
  ['half a trade', line(1, { 8: '4.5' }), 'PARSE'],
  ['text where volume stands', line(1, { 7: 'n/a' }), 'PARSE'],
  ['six fields', line(1).split(',').slice(0, 6).join(','), 'PARSE'],
  ['thirteen fields', `${line(1)},9`, 'PARSE'],
  ['semicolons', line(1).replaceAll(',', ';'), 'PARSE'],
  ['a NUL', line(1, { 5: '1\0' }), 'PARSE'],
  ['an open quote', line(1, { 5: '"12.5' }), 'PARSE'],
  ['a second header', 'open_time,open,high,low,close,volume,close_time', 'PARSE'],
  ['10,000 fields', '1,'.repeat(10_000), 'PARSE'],
  ['10,000 digits', line(1, { 1: '9'.repeat(10_000) }), 'PARSE'],
  ['a line of 10 MB', '1'.repeat(10_000_000), 'PARSE'],
  ['a line of 10 MB in quotes', `"${'x'.repeat(10_000_000)}"`, 'PARSE'],
  ['a price of zero', line(1, { 4: '0' }), 'PRICE'],
  ['a negative price', line(1, { 3: '-90' }), 'PRICE'],
  ['high and low swapped', line(1, { 2: '90', 3: '110' }), 'RANGE'],
  ['an open above high', line(1, { 1: '111' }), 'RANGE'],
  ['a close below low', line(1, { 4: '89' }), 'RANGE'],
  ['a negative volume', line(1, { 5: '-1' }), 'VOLUME'],
  ['a time off the grid', line(1, { 0: String(T0 + HOUR + 1) }), 'GRID'],
  ['a time in seconds', line(1, { 0: String((T0 + HOUR) / 1000 + 1) }), 'GRID'],
  ['a time in nanoseconds', line(1, { 0: `${String(T0 + HOUR)}000000` }), 'CLOSE_TIME'],
  ['a close_time that is late', line(1, { 6: String(T0 + 2 * HOUR) }), 'CLOSE_TIME'],
  ['a close_time before its open', line(1, { 6: String(T0) }), 'CLOSE_TIME'],
  ['columns swapped: times', line(1, { 0: String(T0 + 2 * HOUR - 1), 6: String(T0 + HOUR) }), 'GRID'],
  ['a bar of the future', line(1_000_000), 'OPEN_BAR'],
  ['another value for a bar', line(0, { 4: '106' }), 'CONFLICT'],
];

const TWO_ENTRIES: readonly ZipPart[] = [
  { name: 'A-1h-1.csv', data: GOOD },
  { name: 'A-1h-2.csv', data: GOOD },
];
const zipped = (change: Partial<ZipPart>): Buffer =>
  zipOf([{ name: 'A-1h-2024-01.csv', data: GOOD, ...change }]);
const PACKED = gzipSync(GOOD);
const flipped = (bytes: Buffer, at: number): Buffer => {
  const bent = Buffer.from(bytes);
  bent[at < 0 ? bent.length + at : at]! ^= 0x10;
  return bent;
};

function csvFiles(): HostileFile[] {
  const suffix = '.csv';
  const micro = (bar: number): string =>
    line(bar, { 0: `${T0 + bar * HOUR}000`, 6: `${T0 + (bar + 1) * HOUR - 1}999` });
  const named = `low,high,open,close,volume,open_time\n${Array.from({ length: 3 }, (_, i) => `90,110,100,105,1,${T0 + i * HOUR}`).join('\n')}`;
  return [
    ...ROWS.map(([what, bad, reason]) => ({
      what,
      suffix,
      bytes: around(bad),
      rows: 2,
      rejects: { [reason]: 1 },
    })),
    {
      what: 'a bar cut short',
      suffix,
      bytes: around(line(1, { 6: String(T0 + HOUR + 5) })),
      rows: 3,
      rejects: { TRUNCATED: 1 },
    },
    {
      what: 'ms and microseconds mixed',
      suffix,
      bytes: lines(line(0), micro(1), line(2), micro(3)),
      rows: 4,
    },
    {
      what: 'CRLF, BOM and quotes',
      suffix,
      bytes: Buffer.from(`\ufeff"${line(0).replaceAll(',', '","')}"\r\n${line(1)}\r\n`),
      rows: 2,
    },
    {
      what: 'blank lines and no end',
      suffix,
      bytes: Buffer.from(`\n\n${line(0)}\n \t\n\r\n${line(1)}`),
      rows: 2,
    },
    {
      what: 'CR alone',
      suffix,
      bytes: Buffer.from([line(0), line(1)].join('\r')),
      rows: 0,
      rejects: { PARSE: 1 },
    },
    { what: 'rows backwards and twice', suffix, bytes: lines(line(2), line(1), line(0), line(2)), rows: 3 },
    { what: 'a header with another order', suffix, bytes: Buffer.from(named), rows: 3 },
    {
      what: 'UTF-16',
      suffix,
      bytes: Buffer.from(`${line(0)}\n${line(1)}\n`, 'utf16le'),
      error: /binary|no klines/,
    },
    { what: 'nothing', suffix, bytes: Buffer.alloc(0), error: /empty/ },
    { what: 'blanks', suffix, bytes: Buffer.from(' \n\t\n'), error: /empty/ },
    { what: 'NULs', suffix, bytes: Buffer.alloc(100_000), error: /binary/ },
    {
      what: 'a picture',
      suffix,
      bytes: Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), Buffer.alloc(500)]),
      error: /binary/,
    },
    {
      what: 'a web page',
      suffix,
      bytes: Buffer.from(`<html>\n${'<p>not found</p>\n'.repeat(2000)}`),
      error: /no klines/,
    },
    {
      what: 'one column named twice',
      suffix,
      bytes: lines('open_time,open,open,high,low,close,volume', line(0)),
      error: /two columns of one name/,
    },
    {
      what: 'a feather of version 1',
      suffix: '.feather',
      bytes: Buffer.from('FEA1\0\0\0\0more'),
      error: /feather version 1/,
    },
  ];
}

function packedFiles(): HostileFile[] {
  const gz = '.csv.gz';
  const zip = '.zip';
  return [
    ...[1, 9, 10, 50, PACKED.length - 9, PACKED.length - 4, PACKED.length - 1].map((size) => ({
      what: `a gzip cut at ${size}`,
      suffix: gz,
      bytes: PACKED.subarray(0, size),
      error: /cut off|no gzip/,
    })),
    ...[2, 100, 200, -8, -4].map((at) => ({
      what: `a gzip bent at ${at}`,
      suffix: gz,
      bytes: flipped(PACKED, at),
      error: /damaged|cut off|no klines|binary/,
    })),
    {
      what: 'a gzip with something behind it',
      suffix: gz,
      bytes: Buffer.concat([PACKED, Buffer.from('tail')]),
      error: /damaged gzip/,
    },
    { what: 'a gzip in a gzip', suffix: gz, bytes: gzipSync(PACKED), error: /binary|no klines/ },
    { what: 'a zip in a gzip', suffix: gz, bytes: gzipSync(zipped({})), error: /binary|no klines/ },
    {
      what: 'a gzip bomb',
      suffix: gz,
      bytes: gzipSync(Buffer.alloc(30_000_000)),
      error: /200 times its size/,
    },
    { what: 'a gzip of nothing', suffix: gz, bytes: gzipSync(''), error: /empty/ },
    { what: 'a text named gzip', suffix: gz, bytes: GOOD, error: /no gzip/ },
    { what: 'a text named zip', suffix: zip, bytes: GOOD, error: /no zip/ },
    { what: 'a zip named csv', suffix: '.csv', bytes: zipped({}), rows: 200 },
    { what: 'a gzip named zip', suffix: zip, bytes: PACKED, rows: 200 },
    {
      what: 'a zip with two entries',
      suffix: zip,
      bytes: zipOf(TWO_ENTRIES),
      error: /holds 2 entries|more than/,
    },
    {
      what: 'a zip with two entries that declares one',
      suffix: zip,
      bytes: zipOf(TWO_ENTRIES, { entries: 1 }),
      error: /holds more|no entry/,
    },
    { what: 'a zip without entries', suffix: zip, bytes: zipOf([]), error: /no zip, or an empty one/ },
    {
      what: 'a zip with a folder',
      suffix: zip,
      bytes: zipped({ name: 'A-1h/', data: '', method: 0 }),
      error: /path/,
    },
    ...['../../A-1h.csv', '/tmp/A-1h.csv', 'a/A-1h.csv', 'a\\A-1h.csv', 'C:A-1h.csv', '..csv'].map(
      (name) => ({
        what: `a zip with the name ${name}`,
        suffix: zip,
        bytes: zipped({ name }),
        error: /path/,
      }),
    ),
    {
      what: 'a zip with two names',
      suffix: zip,
      bytes: zipped({ centralName: '../A-1h.csv' }),
      error: /something else/,
    },
    {
      what: 'a zip with a link',
      suffix: zip,
      bytes: zipped({ data: '/etc/passwd', method: 0, mode: 0o120777 }),
      error: /link/,
    },
    {
      what: 'a zip that declares 3 GB',
      suffix: zip,
      bytes: zipped({ declared: 3e9 }),
      error: /more than 2,148 MB/,
    },
    {
      what: 'a zip that declares 3 GB at its end',
      suffix: zip,
      bytes: zipped({ declared: 3e9, descriptor: true }),
      error: /and not 3000000000/,
    },
    {
      what: 'a zip bomb',
      suffix: zip,
      bytes: zipped({ data: Buffer.alloc(30_000_000) }),
      error: /200 times its size/,
    },
    {
      what: 'a zip in a zip',
      suffix: zip,
      bytes: zipped({ data: zipped({}), method: 0 }),
      error: /another zip/,
    },
    { what: 'an encrypted zip', suffix: zip, bytes: zipped({ flags: 1 }), error: /encrypted/ },
    { what: 'a zip with a wrong checksum', suffix: zip, bytes: zipped({ crc: 1 }), error: /checksum/ },
    { what: 'a zip of another method', suffix: zip, bytes: zipped({ method: 14 }), error: /method 14/ },
    {
      what: 'a zip with Parquet',
      suffix: zip,
      bytes: zipped({ data: Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(99)]) }),
      error: /Parquet.*file of its own/,
    },
    {
      what: 'a zip with a bad row',
      suffix: zip,
      bytes: zipped({ data: around(line(1, { 4: '0' })) }),
      rows: 2,
      rejects: { PRICE: 1 },
    },
    ...[3, 30, 60, 1000, -40, -1].map((size) => ({
      what: `a zip cut at ${size}`,
      suffix: zip,
      bytes: zipped({}).subarray(0, size),
      error: /cut off|damaged|no zip/,
    })),
    ...[1, 5, 10].map((at) => ({
      what: `a zip's data bent at ${100 * at}`,
      suffix: zip,
      bytes: flipped(zipped({}), 46 + 100 * at),
      error: /damaged|cut off|no klines|binary/,
    })),
  ];
}

function arrowFiles(): HostileFile[] {
  const suffix = '.arrow';
  const good = vectorsOf(bars(50));
  const file = arrowOf(good);
  const stream = arrowOf(good, 'stream');
  const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([own]) => own !== name));
  const { open, open_time: openTime } = bars(50) as { open: number[]; open_time: number[] };
  const holes = (cells: readonly number[]): (number | null)[] =>
    cells.map((cell, i) => (i % 10 === 3 ? null : cell));
  return [
    { what: 'Arrow, as it should be', suffix, bytes: file, rows: 50 },
    { what: 'an Arrow stream named csv', suffix: '.csv', bytes: stream, rows: 50 },
    { what: 'Arrow in a gzip', suffix: '.arrow.gz', bytes: gzipSync(file), error: /file of its own/ },
    ...[8, 40, 1000, -1, -6, -10, -100].map((size) => ({
      what: `Arrow cut at ${size}`,
      suffix,
      bytes: file.subarray(0, size),
      error: /cut off|damaged/,
    })),
    ...[8, 300, stream.length - 8, stream.length - 4].map((size) => ({
      what: `an Arrow stream cut at ${size}`,
      suffix,
      bytes: stream.subarray(0, size),
      error: /cut off|damaged/,
    })),
    {
      what: 'an Arrow stream with something behind it',
      suffix,
      bytes: Buffer.concat([stream, Buffer.from('more')]),
      error: /bytes behind its end/,
    },
    {
      what: 'Arrow with metadata of 2 GB',
      suffix,
      bytes: Buffer.concat([stream.subarray(0, 4), Buffer.from([255, 255, 255, 127]), stream.subarray(8)]),
      error: /metadata of/,
    },
    {
      what: 'Arrow with a list of 2^31 in its metadata, from one byte',
      suffix,
      bytes: Buffer.concat([file.subarray(0, 94), Buffer.from([255]), file.subarray(95)]),
      error: /a list of \d+ in \d+ bytes of metadata/,
    },
    { what: 'Arrow without close', suffix, bytes: arrowOf(without('close')), error: /no column for close/ },
    {
      what: 'Arrow without the last four',
      suffix,
      bytes: arrowOf(Object.fromEntries(Object.entries(good).slice(0, 7))),
      rows: 50,
    },
    { what: 'Arrow without close_time', suffix, bytes: arrowOf(without('close_time')), rows: 50 },
    {
      what: 'Arrow with NULL in a price',
      suffix,
      bytes: arrowOf({ ...good, ...vectorsOf({ open: holes(open) }) }),
      rows: 45,
      rejects: { PARSE: 5 },
    },
    {
      what: 'Arrow with NULL in a time',
      suffix,
      bytes: arrowOf({ ...good, ...vectorsOf({ open_time: holes(openTime) }) }),
      rows: 45,
      rejects: { PARSE: 5 },
    },
    {
      what: 'Arrow with NULL in what may be unknown',
      suffix,
      bytes: arrowOf({ ...good, ...vectorsOf({ quote_volume: holes(open) }) }),
      rows: 50,
    },
    {
      what: 'Arrow with a float32 price',
      suffix,
      bytes: arrowOf({ ...good, open: TYPED.float32(open) }),
      error: /column 'open'.*Float32.*float64/,
    },
    {
      what: 'Arrow with a dictionary for a price',
      suffix,
      bytes: arrowOf({ ...good, open: TYPED.dictionary(open.map(String)) }),
      error: /column 'open'.*Dictionary/,
    },
    {
      what: 'Arrow with a timestamp for a price',
      suffix,
      bytes: arrowOf({ ...good, open: TYPED.timestamp(open) }),
      error: /column 'open'.*Timestamp/,
    },
    {
      what: 'Arrow with prices as text',
      suffix,
      bytes: arrowOf({
        ...good,
        open: TYPED.text(open.map((_, i) => (i === 7 ? '0x64' : i === 8 ? '' : ' 100.0 '))),
      }),
      rows: 48,
      rejects: { PARSE: 2 },
    },
    {
      what: 'Arrow with times as text',
      suffix,
      bytes: arrowOf({ ...good, open_time: TYPED.text(openTime.map(String)) }),
      rows: 50,
    },
    {
      what: 'Arrow with a dictionary beside',
      suffix,
      bytes: arrowOf({ ...good, symbol: TYPED.dictionary(open.map(() => 'A')) }),
      rows: 50,
    },
    {
      what: 'Arrow with infinite prices',
      suffix,
      bytes: arrowOf({
        ...good,
        ...vectorsOf({ open: open.map((cell, i) => (i === 3 ? Number.POSITIVE_INFINITY : cell)) }),
      }),
      rows: 49,
      rejects: { PARSE: 1 },
    },
    {
      what: 'Arrow with a price of zero',
      suffix,
      bytes: arrowOf({ ...good, ...vectorsOf({ open: open.map((cell, i) => (i === 3 ? 0 : cell)) }) }),
      rows: 49,
      rejects: { PRICE: 1 },
    },
    {
      what: 'Arrow with int32 prices',
      suffix,
      bytes: arrowOf({ ...good, open: TYPED.int32(open) }),
      rows: 50,
    },
    { what: 'Arrow without rows', suffix, bytes: arrowOf(vectorsOf(bars(0))), rows: 0 },
  ];
}

async function parquetFiles(folder: string): Promise<HostileFile[]> {
  const made: HostileFile[] = [];
  const make = async (what: string, sql: string, expected: Partial<HostileFile>): Promise<Buffer> => {
    const path = join(folder, 'made.bin');
    await runSql(`COPY (${sql}) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`);
    const bytes = readFileSync(path);
    made.push({ what, suffix: '.parquet', bytes, ...expected });
    return bytes;
  };
  const hole = (sql: string): string => `CASE WHEN i % 10 = 3 THEN NULL ELSE ${sql} END`;
  const good = await make('Parquet, as it should be', barsSql(50), { rows: 50 });
  await make('Parquet with NULL in a price', barsSql(50, { open: hole('100::DOUBLE') }), {
    rows: 45,
    rejects: { PARSE: 5 },
  });
  await make('Parquet with NULL in what may be unknown', barsSql(50, { count: hole('7::BIGINT') }), {
    rows: 50,
  });
  await make('Parquet with a float price', barsSql(50, { open: '100::FLOAT' }), {
    error: /column 'open'.*FLOAT.*double/,
  });
  await make('Parquet with a boolean price', barsSql(50, { open: 'true' }), {
    error: /column 'open'.*BOOLEAN/,
  });
  await make('Parquet with a nested price', barsSql(50, { open: '{a: 100}' }), {
    error: /column 'open'.*STRUCT/,
  });
  await make('Parquet with a list for a time', barsSql(50, { open_time: '[1]' }), {
    error: /column 'open_time'.*timestamp/,
  });
  await make('Parquet with a timestamp for a price', barsSql(50, { open: "TIMESTAMP '2024-01-01'" }), {
    error: /column 'open'.*TIMESTAMP/,
  });
  await make('Parquet with decimals', barsSql(50, { open: '100.25::DECIMAL(18, 8)' }), { rows: 50 });
  await make(
    'Parquet with text',
    barsSql(50, {
      open: "CASE WHEN i = 7 THEN 'inf' WHEN i = 8 THEN '' WHEN i = 9 THEN '1e400' ELSE ' 100.0' END",
    }),
    { rows: 47, rejects: { PARSE: 3 } },
  );
  await make('Parquet with ISO times', barsSql(2000, { open_time: "'2024-01-01'" }), {
    error: /none of its first 1000 rows/,
  });
  await make(
    'Parquet with timestamps in nanoseconds',
    barsSql(50, { open_time: `make_timestamp_ns((${T0} + i * ${HOUR}) * 1000000)`, close_time: null }),
    { rows: 50 },
  );
  await make(
    'Parquet with an infinite time',
    barsSql(50, {
      open_time: `CASE WHEN i = 3 THEN 'infinity'::TIMESTAMP ELSE epoch_ms(${T0} + i * ${HOUR}) END`,
    }),
    { rows: 49, rejects: { PARSE: 1 } },
  );
  await make('Parquet without a time', barsSql(50, { open_time: null }), {
    error: /no column for open_time/,
  });
  await make(
    'Parquet off the grid',
    barsSql(50, { open_time: `(${T0} + i * ${HOUR} + 1)::BIGINT`, close_time: null }),
    { rows: 0, rejects: { GRID: 50 } },
  );
  const of = (what: string, bytes: Buffer, error = /cut off or damaged/): void => {
    made.push({ what, suffix: '.parquet', bytes, error });
  };
  for (const size of [4, 8, 100, -1, -4, -8, -50]) of(`Parquet cut at ${size}`, good.subarray(0, size));
  of(
    'Parquet with a footer of 4 GB',
    Buffer.concat([good.subarray(0, -8), Buffer.from([255, 255, 255, 255]), good.subarray(-4)]),
  );
  of(
    'Parquet with a footer of zeros',
    Buffer.concat([good.subarray(0, -200), Buffer.alloc(192), good.subarray(-8)]),
  );
  of('Parquet that is encrypted', Buffer.concat([good.subarray(0, -4), Buffer.from('PARE')]));
  of('Parquet in a gzip', gzipSync(good), /file of its own/);
  made.push({ what: 'Parquet named csv', suffix: '.csv', bytes: good, rows: 50 });
  return made;
}

/** One case a rule. @param folder for files that are only made by way of the disk */
export async function hostileFiles(folder: string): Promise<HostileFile[]> {
  return [...csvFiles(), ...packedFiles(), ...arrowFiles(), ...(await parquetFiles(folder))];
}

/** Good files of every form, to be damaged. */
export async function seeds(folder: string): Promise<{ readonly suffix: string; readonly bytes: Buffer }[]> {
  const parquet = (await parquetFiles(folder))[0]!.bytes;
  const data = fileURLToPath(new URL('../data/columnar', import.meta.url));
  const made = readdirSync(data)
    .filter((name) => name.includes('-1h-'))
    .map((name) => ({ suffix: name.slice(name.lastIndexOf('.')), bytes: readFileSync(join(data, name)) }));
  return [
    { suffix: '.csv', bytes: GOOD },
    { suffix: '.csv.gz', bytes: PACKED },
    { suffix: '.zip', bytes: zipped({}) },
    { suffix: '.zip', bytes: zipped({ method: 0 }) },
    { suffix: '.arrow', bytes: arrowOf(vectorsOf(bars(50))) },
    { suffix: '.parquet', bytes: parquet },
    ...made,
  ];
}
