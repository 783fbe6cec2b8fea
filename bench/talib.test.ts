import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODES } from '../kernels/index.js';
import { missingProgram, TALIB_GROUPS } from './talib.js';

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
});

describe('missingProgram', () => {
  it('names what is not built and what is older than its source', () => {
    const folder = mkdtempSync(join(tmpdir(), 'klinemill-talib-'));
    const [program, source] = [join(folder, 'series'), join(folder, 'series.c')];
    writeFileSync(source, '');
    expect(missingProgram(program, source)).toContain('not built');
    writeFileSync(program, '');
    utimesSync(program, 1000, 1000);
    expect(missingProgram(program, source)).toContain('older than series.c');
    utimesSync(source, 1000, 1000);
    expect(missingProgram(program, source)).toBeNull();
    rmSync(folder, { recursive: true });
  });
});
