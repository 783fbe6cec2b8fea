import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoadReport, loadFile, UserError } from '../engine/index.js';
import type { Warehouse } from '../warehouse/index.js';
import { temporaryFolder } from './support/cli.js';
import { type HostileFile, hostileFiles, seeds } from './support/hostile.js';
import { checksumLines, newWarehouse, select } from './support/warehouse.js';

// Files that nobody should trust: each is loaded, its bad rows rejected with the stated reason, or refused with one clear
// error that leaves nothing behind.

const folder = temporaryFolder();
const files = await hostileFiles(folder.path);
const hashes = new Set<string>();
let warehouse: Warehouse;
let symbols = 0;

beforeAll(async () => {
  warehouse = await newWarehouse(folder.path, 'hostile');
});
afterAll(async () => {
  await warehouse.close();
  folder.dispose();
});

interface Ended {
  readonly symbol: string;
  readonly report: LoadReport | null;
  readonly error: unknown;
}

/** Loads the bytes under a symbol of their own. */
async function load(suffix: string, bytes: Buffer): Promise<Ended> {
  hashes.add(createHash('sha256').update(bytes).digest('hex'));
  const symbol = `S${++symbols}`;
  const path = join(folder.path, `${symbol}-1h${suffix}`);
  writeFileSync(path, bytes);
  const before = readdirSync(folder.path).sort();
  const options = { symbol, interval: '1h', now: Date.UTC(2027, 0, 1) };
  const [report, error] = await loadFile(warehouse, path, options).then(
    (done) => [done, null] as const,
    (failed: unknown) => [null, failed] as const,
  );
  expect(readdirSync(folder.path).sort(), 'nothing is written beside the warehouse').toEqual(before);
  return { symbol, report, error };
}

const count = async (table: string, symbol: string): Promise<number> => {
  const sql = `SELECT count(*) FROM ${table} JOIN dim_symbol USING (symbol_id) WHERE symbol = '${symbol}'`;
  return Number((await select(warehouse, sql))[0]![0]);
};

/** One line in plain words, and nothing of the file in the warehouse. */
async function expectRefused({ symbol, error }: Ended): Promise<string> {
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).toMatch(/^(load|csv): /);
  expect(message).not.toContain('\n');
  expect(message.length).toBeLessThan(1000);
  for (const table of ['fact_kline', 'kline_reject', 'kline_gap', 'kline_change'])
    expect([table, await count(table, symbol)]).toEqual([table, 0]);
  return message;
}

async function expectWhole({ symbol, report }: Ended): Promise<void> {
  const { added, duplicates, rejected, read } = report!;
  const lost = Object.entries(rejected).filter(([reason]) => reason !== 'TRUNCATED');
  expect(added + duplicates + lost.reduce((sum, [, rows]) => sum + rows, 0)).toBe(read);
  expect(await count('fact_kline', symbol)).toBe(added);
}

describe('one file a rule', () => {
  it.each(files.map((file): [string, HostileFile] => [file.what, file]))('%s', async (_, file) => {
    const ended = await load(file.suffix, file.bytes);
    if (file.error !== undefined) expect(await expectRefused(ended)).toMatch(file.error);
    else {
      if (ended.error !== null) throw ended.error;
      await expectWhole(ended);
      expect({ rows: ended.report!.added, rejects: ended.report!.rejected }).toEqual({
        rows: file.rows,
        rejects: file.rejects ?? {},
      });
    }
  });
});

describe('damage of every kind to files of every kind', async () => {
  const good = await seeds(folder.path);
  const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const blow = fc.oneof(
    fc.record({ kind: fc.constant('bit' as const), at: place, value: fc.nat(7) }),
    fc.record({ kind: fc.constant('byte' as const), at: place, value: fc.constantFrom(0, 0x7f, 0x80, 0xff) }),
    fc.record({ kind: fc.constant('cut' as const), at: place, value: fc.constant(0) }),
    fc.record({ kind: fc.constant('repeat' as const), at: place, value: fc.integer({ min: 1, max: 64 }) }),
    fc.record({ kind: fc.constant('drop' as const), at: place, value: fc.integer({ min: 1, max: 64 }) }),
  );

  function struck(bytes: Buffer, { kind, at, value }: { kind: string; at: number; value: number }): Buffer {
    const place = Math.floor(at * bytes.length);
    if (kind === 'cut') return bytes.subarray(0, place);
    if (kind === 'repeat') return Buffer.concat([bytes.subarray(0, place + value), bytes.subarray(place)]);
    if (kind === 'drop') return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + value)]);
    const bent = Buffer.from(bytes);
    if (bent.length > 0) bent[place] = kind === 'bit' ? bent[place]! ^ (1 << value) : value;
    return bent;
  }

  it('is loaded row by row, or refused in one line', async () => {
    const runs = Number(process.env.KLINEMILL_HOSTILE_RUNS ?? 200);
    const seed = Number(process.env.KLINEMILL_HOSTILE_SEED ?? Date.now() % 2 ** 31);
    // Past vitest's own pipes: a process that dies of memory must have told it.
    writeSync(2, `hostile files: KLINEMILL_HOSTILE_SEED=${seed}\n`);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...good),
        fc.array(blow, { minLength: 1, maxLength: 3 }),
        async (file, blows) => {
          const ended = await load(file.suffix, blows.reduce(struck, file.bytes));
          if (ended.error === null) await expectWhole(ended);
          else await expectRefused(ended);
        },
      ),
      { seed, numRuns: runs, endOnFailure: true },
    );
  });
});

it('there were more than a hundred files, and the partitions that stood before stand as they were', async () => {
  expect(hashes.size).toBeGreaterThan(250);
  const whole = files.find(({ what }) => what === 'a zip named csv')!;
  const { symbol } = await load(whole.suffix, whole.bytes);
  const before = await checksumLines(warehouse);
  expect(before.some((text) => text.includes(symbol))).toBe(true);
  for (const { suffix, bytes, error } of files.filter((file) => file.error !== undefined).slice(0, 20))
    expect([error, (await load(suffix, bytes)).report]).toEqual([error, null]);
  expect(await checksumLines(warehouse)).toEqual(before);
});
