import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODES } from '../kernels/index.js';
import { writeCsv } from './corpus.js';
import { walk } from './corpus-walk.js';
import { compareTalib, TALIB_GROUPS, talibMissing, timeTalib } from './talib.js';

describe('TALIB_GROUPS', () => {
  const codes = TALIB_GROUPS.flatMap((group) => group.codes);

  it('has every code of talib-series.c once, under the kernel that makes it', () => {
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => CODES.includes(code))).toBe(true);
    // By hand: STOCH and WILLR are one kernel of ours and two calls there.
    expect(TALIB_GROUPS).toContainEqual({
      codes: ['STOCH_K14', 'STOCH_D14', 'WILLR14'],
      calls: ['STOCH_K14,STOCH_D14', 'WILLR14'],
    });
  });

  it.skipIf(talibMissing() !== null)('has as many calls as the program that was built times', () => {
    const folder = mkdtempSync(join(tmpdir(), 'klinemill-talib-'));
    const csv = join(folder, 'klines.csv');
    writeCsv(walk({ symbol: 'WALKUSDT', interval: '1h', durationMs: 3_600_000, rows: 2000 }), csv);
    const times = timeTalib(csv, 3);
    expect(times).toHaveLength(TALIB_GROUPS.length);
    expect(times.every((ns) => ns > 0)).toBe(true);
    expect(compareTalib(csv)).toMatch(new RegExp(`^${codes.length} codes, `));
    rmSync(folder, { recursive: true });
  });
});
