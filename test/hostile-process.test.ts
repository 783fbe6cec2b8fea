import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse } from '../warehouse/index.js';
import { klinemill, MAIN, temporaryFolder } from './support/cli.js';
import { arrowOf, bars, barsSql, HOUR, runSql, T0, vectorsOf } from './support/columnar.js';
import { random } from './support/market.js';
import { zipOf } from './support/zip.js';

const folder = temporaryFolder();
afterAll(() => folder.dispose());
const url = (name: string): string => `duckdb:${join(folder.path, `${name}.duckdb`)}`;

function put(name: string, bytes: Buffer): string {
  const path = join(folder.path, name);
  writeFileSync(path, bytes);
  return path;
}

describe('SIGKILL during load', () => {
  // Enough rows that a load takes as long as its start, in each form.
  const ROWS = 150_000;
  const files = new Map<string, string>();
  const truth = new Map<string, string>();
  const lasting = new Map<string, number>();
  const KINDS = ['csv', 'csv.gz', 'zip', 'parquet', 'arrow', 'arrows'] as const;
  const MOMENTS = Number(process.env.KLINEMILL_CRASH_MOMENTS ?? 2);

  const checksums = async (name: string): Promise<string> => {
    const warehouse = await openWarehouse(url(name));
    try {
      const lines: string[] = [];
      for await (const { table, rows, checksum } of warehouse.checksums({}))
        lines.push(`${table} ${rows} ${checksum}`);
      return lines.join('\n');
    } finally {
      await warehouse.close();
    }
  };
  const load = (kind: string, name: string): string[] => [
    'load',
    files.get(kind)!,
    '--symbol',
    'A',
    '--interval',
    '1h',
    '--now',
    String(T0 + 2 * ROWS * HOUR),
    '--warehouse',
    url(name),
  ];

  beforeAll(async () => {
    const columns = bars(ROWS);
    const names = Object.keys(columns);
    const text = Buffer.from(
      Array.from({ length: ROWS }, (_, row) => names.map((name) => columns[name]![row]).join(',')).join('\n'),
    );
    files.set('csv', put('A-1h.csv', text));
    files.set('csv.gz', put('A-1h.csv.gz', gzipSync(text, { level: 1 })));
    files.set('zip', put('A-1h.zip', zipOf([{ name: 'A-1h.csv', data: text }])));
    files.set('arrow', put('A-1h.arrow', arrowOf(vectorsOf(columns))));
    files.set('arrows', put('A-1h.arrows', arrowOf(vectorsOf(columns), 'stream')));
    files.set('parquet', join(folder.path, 'A-1h.parquet'));
    await runSql(`COPY (${barsSql(ROWS)}) TO '${files.get('parquet')}' (FORMAT parquet)`);
    for (const kind of KINDS) {
      const started = performance.now();
      const { code, stderr } = await klinemill(load(kind, `${kind}-truth`));
      expect([kind, code, stderr]).toEqual([kind, 0, stderr]);
      lasting.set(kind, performance.now() - started);
      truth.set(kind, await checksums(`${kind}-truth`));
    }
  });

  it('undisturbed, every form gives the same bars', () => {
    expect(truth.get('csv')).toContain(`fact_kline ${ROWS} `);
    expect(new Set(truth.values()).size).toBe(1);
  });

  const next = random(Number(process.env.KLINEMILL_SEED ?? 7));
  const moments = KINDS.flatMap((kind) =>
    Array.from({ length: MOMENTS }, (_, i) => ({ kind, i, share: (i + next()) / MOMENTS })),
  );
  it.each(moments)(
    'of $kind, moment $i: all or nothing, and the next run converges',
    async ({ kind, i, share }) => {
      const name = `${kind}-${i}`;
      await klinemill(['migrate', '--warehouse', url(name)]);
      await klinemill(load(kind, name), { killAfterMs: share * lasting.get(kind)! });
      const left = await checksums(name);
      expect(['', truth.get(kind)]).toContain(left);
      expect((await klinemill(load(kind, name))).code).toBe(0);
      expect(await checksums(name)).toBe(truth.get(kind));
    },
  );
});

describe('memory', () => {
  /**
   * Exit code, message, and the most memory the process ever had, in MB; its heap may take 128 MB. On Linux what
   * `resourceUsage` says begins with the parent's, and the kernel says the program's own.
   */
  async function measured(path: string): Promise<{ code: number | null; stderr: string; peak: number }> {
    const report = `import { existsSync, readFileSync } from 'node:fs';
      process.on('exit', () => {
        const own = '/proc/self/status';
        const peak = existsSync(own)
          ? /VmHWM:\\s*(\\d+)/.exec(readFileSync(own, 'utf8'))[1]
          : process.resourceUsage().maxRSS;
        process.stderr.write('PEAK ' + peak);
      });`;
    const args = [
      '--max-old-space-size=128',
      '--import',
      `data:text/javascript,${encodeURIComponent(report)}`,
      MAIN,
    ];
    const child = spawn(process.execPath, [
      ...args,
      'load',
      path,
      '--symbol',
      'A',
      '--interval',
      '1h',
      '--warehouse',
      url('memory'),
    ]);
    let stderr = '';
    child.stderr.on('data', (piece) => {
      stderr += String(piece);
    });
    child.stdout.resume();
    const code = await new Promise<number | null>((done) => child.on('close', done));
    return { code, stderr, peak: Number(/PEAK (\d+)/.exec(stderr)![1]) / 1024 };
  }

  /** A file of `megabytes` random digits, in a gzip or not: it unpacks to twice its size, in one line. */
  async function digits(name: string, megabytes: number): Promise<string> {
    const path = join(folder.path, name);
    const next = random(3);
    const piece = Buffer.from(Array.from({ length: 1 << 20 }, () => Math.floor(next() * 10)).join(''));
    const source = Readable.from(
      (function* () {
        for (let i = 0; i < megabytes; i++) yield Buffer.from(piece);
      })(),
    );
    const target = createWriteStream(path);
    await (name.endsWith('.gz')
      ? pipeline(source, createGzip({ level: 1 }), target)
      : pipeline(source, target));
    return path;
  }

  /** An Arrow stream whose first packed column claims to unpack to `claimed` bytes. */
  function claiming(claimed: bigint): Buffer {
    const bytes = Buffer.from(
      readFileSync(new URL('./data/columnar/ZSTD-1h-pandas.feather', import.meta.url)),
    );
    const magic = bytes.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
    bytes.writeBigInt64LE(claimed, magic - 8);
    return bytes;
  }

  it('does not grow with what a file holds or claims', async () => {
    const good = await measured(
      put('good-1h.csv', Buffer.from(`${[T0, 1, 1, 1, 1, 1, T0 + HOUR - 1].join(',')}\n`)),
    );
    expect([good.code, good.stderr]).toEqual([0, good.stderr]);
    const traps: [string, string, RegExp | null][] = [
      ['a line of 300 MB', await digits('line-1h.csv', 300), null],
      ['a line of 300 MB in a gzip', await digits('line-1h.csv.gz', 300), null],
      ['a gzip bomb', put('bomb-1h.csv.gz', gzipSync(Buffer.alloc(400 << 20), { level: 1 })), /200 times/],
      [
        'a zip bomb',
        put('bomb-1h.zip', zipOf([{ name: 'bomb-1h.csv', data: Buffer.alloc(400 << 20), descriptor: true }])),
        /200 times/,
      ],
      ['Arrow that claims 1 TB', put('claim-1h.feather', claiming(1n << 40n)), /unpacks to more than/],
      ['Arrow that claims 400 MB', put('claim-1h.arrow', claiming(400n << 20n)), /damaged|bytes instead of/],
      ['lines of nothing', put('lines-1h.csv', Buffer.alloc(60 << 20, '\n')), /empty/],
      ['lines of commas', put('commas-1h.csv', Buffer.alloc(60 << 20, ',,,\n')), /no klines/],
    ];
    for (const [what, path, message] of traps) {
      const { code, stderr, peak } = await measured(path);
      if (message === null) expect([what, code]).toEqual([what, 0]);
      else expect([what, code, stderr]).toEqual([what, 2, expect.stringMatching(message)]);
      // What 400 MB of claimed zeros cost, and not a multiple of it.
      const room = what.includes('400 MB') ? 450 : 150;
      expect([what, Math.max(0, Math.ceil(peak - good.peak - room))]).toEqual([what, 0]);
    }
    expect(existsSync(join(folder.path, 'memory.duckdb'))).toBe(true);
  });
});
