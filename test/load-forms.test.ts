import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse } from '../warehouse/index.js';
import { klinemill, temporaryFolder } from './support/cli.js';
import { writeMarket } from './support/market-files.js';
import { checksumLines } from './support/warehouse.js';
import { zipOf } from './support/zip.js';

// The same bars in every form, through the command line, give the same facts.

const folder = temporaryFolder();
afterAll(() => folder.dispose());
const url = (name: string): string => `duckdb:${join(folder.path, `${name}.duckdb`)}`;
const at = (name: string): string => join(folder.path, name);
const [csv] = writeMarket(folder.path, [{ symbol: 'A', interval: '1h', rows: 3000, seed: 5 }]) as [string];

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await klinemill(args);
  expect([code, stderr]).toEqual([0, stderr]);
  return stdout;
}

async function facts(name: string): Promise<string[]> {
  const warehouse = await openWarehouse(url(name));
  try {
    return await checksumLines(warehouse);
  } finally {
    await warehouse.close();
  }
}

let truth: string[];
beforeAll(async () => {
  await run('load', csv, '--warehouse', url('truth'));
  truth = await facts('truth');
  expect(truth.length).toBe(1);
});

describe('load', () => {
  it.each(['csv', 'parquet', 'arrow'])('takes back what export wrote as %s', async (form) => {
    const file = at(`A-1h-export.${form}`);
    await run('export', 'fact_kline', '--out', file, '--warehouse', url('truth'));
    await run('load', file, '--warehouse', url(form));
    expect(await facts(form)).toEqual(truth);
  });

  it('takes a zip, and --map for names of another kind', async () => {
    writeFileSync(at('A-1h-2024.zip'), zipOf([{ name: 'A-1h-2024.csv', data: readFileSync(csv) }]));
    await run('load', at('A-1h-2024.zip'), '--warehouse', url('zip'));
    expect(await facts('zip')).toEqual(truth);
    const names = ['T', 'O', 'H', 'L', 'C', 'V', 'E', 'Q', 'N', 'B', 'S', 'X'];
    writeFileSync(at('A-1h-named.csv'), `${names.join(',')}\n${readFileSync(csv, 'utf8')}`);
    const map =
      'open_time=T,open=O,high=H,low=L,close=C,volume=V,close_time=E,quote_volume=Q,trade_count=N,taker_buy_base=B,taker_buy_quote=S';
    await run('load', at('A-1h-named.csv'), '--map', map, '--warehouse', url('map'));
    expect(await facts('map')).toEqual(truth);
  });

  it('refuses a wrong map and a file beyond --max-unpacked in one line', async () => {
    const wrong = await klinemill(['load', csv, '--map', 'price=P', '--warehouse', url('none')]);
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/^klinemill: .*'price' is not one of open_time/),
    ]);
    const zip = at('BIG-1h.zip');
    writeFileSync(zip, zipOf([{ name: 'BIG-1h.csv', data: Buffer.alloc(2_000_000, '1') }]));
    const big = await klinemill(['load', zip, '--max-unpacked', '1', '--warehouse', url('none')]);
    expect([big.code, big.stderr]).toEqual([2, expect.stringMatching(/more than 1 MB.*--max-unpacked/)]);
  });
});
