import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { zipOf } from '../../test/support/zip.js';
import { partitionOfFile } from './partition-of-file.js';

const folder = mkdtempSync(join(tmpdir(), 'klinemill-names-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, inner: string): string => {
  const path = join(folder, name);
  writeFileSync(path, zipOf([{ name: inner, data: 'x' }]));
  return path;
};
const BTC = { symbol: 'BTCUSDT', interval: '1h' };

it.each([
  ['BTCUSDT-1h-2024-01.zip', 'BTCUSDT-1h-2024-01.csv', {}, BTC],
  ['download.zip', 'BTCUSDT-1h-2024-01.csv', {}, BTC],
  ['BTCUSDT-1h-2024-01.zip', 'klines.csv', {}, BTC],
  ['download.zip', 'klines.csv', BTC, BTC],
  ['ETHUSDT-1h.zip', 'BTCUSDT-1h-2024-01.csv', { symbol: 'BTCUSDT' }, BTC],
])('%s with %s and %j', async (name, inner, given, expected) => {
  expect(await partitionOfFile(put(name, inner), given)).toEqual(expected);
});

it('two names that disagree, or say nothing, are refused', async () => {
  await expect(partitionOfFile(put('ETHUSDT-1h.zip', 'BTCUSDT-1h-2024-01.csv'), {})).rejects.toThrow(
    /named for ETHUSDT 1h and holds 'BTCUSDT-1h-2024-01.csv', which is BTCUSDT 1h/,
  );
  await expect(partitionOfFile(put('a.zip', 'b.csv'), {})).rejects.toThrow(
    /does not say symbol and interval/,
  );
});

it('a zip that is not there is found missing when it is read', async () => {
  expect(await partitionOfFile(join(folder, 'BTCUSDT-1h.csv.zip'), {})).toEqual(BTC);
});
