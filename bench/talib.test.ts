import { describe, expect, it } from 'vitest';
import { CODES } from '../kernels/index.js';
import { TALIB_GROUPS } from './talib.js';

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
