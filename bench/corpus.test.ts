import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HEADER, head, repeat, SERIES, writeCsv } from './corpus.js';
import { walk } from './corpus-walk.js';

const klines = head(walk(SERIES.fil1m), 500);

describe('walk', () => {
  it('is the same every time and another one for every series', () => {
    expect(head(walk(SERIES.fil1m), 500)).toEqual(klines);
    expect(walk(SERIES.btc1h).columns[4]!.subarray(0, 500)).not.toEqual(klines.columns[4]);
  });

  it('makes bars that a load accepts: range, volume and times hold (SPEC 2)', () => {
    const [openTime, open, high, low, close, volume, closeTime] = klines.columns as Float64Array[];
    for (let t = 0; t < klines.rows; t++) {
      expect(low![t]).toBeGreaterThan(0);
      expect(low![t]).toBeLessThanOrEqual(Math.min(open![t]!, close![t]!));
      expect(high![t]).toBeGreaterThanOrEqual(Math.max(open![t]!, close![t]!));
      expect(volume![t]).toBeGreaterThan(0);
      expect(openTime![t]! % 60_000).toBe(0);
      expect(closeTime![t]).toBe(openTime![t]! + 59_999);
    }
  });
});

describe('repeat', () => {
  it('goes on where the copy before ended: one bar later, with the same values', () => {
    const long = repeat(klines, 3, 60_000);
    expect(long.rows).toBe(1500);
    for (const time of [long.columns[0]!, long.columns[6]!])
      for (let t = 1; t < long.rows; t++) expect(time[t]! - time[t - 1]!).toBe(60_000);
    expect(long.columns[4]!.subarray(1000)).toEqual(klines.columns[4]);
  });
});

describe('writeCsv', () => {
  it('writes the dumps of the exchange, unknown as empty', () => {
    const folder = mkdtempSync(join(tmpdir(), 'klinemill-corpus-'));
    const columns = klines.columns.map((column, c) =>
      c === 7 ? new Float64Array(500).fill(Number.NaN) : column,
    );
    writeCsv({ ...klines, columns }, join(folder, 'a.csv'));
    const lines = readFileSync(join(folder, 'a.csv'), 'utf8').split('\n');
    rmSync(folder, { recursive: true });
    expect(lines).toHaveLength(502);
    expect(lines[0]).toBe(HEADER);
    const fields = lines[1]!.split(',');
    expect(fields).toHaveLength(12);
    expect(fields.slice(0, 7).map(Number)).toEqual(klines.columns.slice(0, 7).map((column) => column[0]));
    expect(fields[7]).toBe('');
  });
});
