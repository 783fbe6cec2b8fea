import { describe, expect, it } from 'vitest';
import { CODES } from '../kernels/index.js';
import { SERIES } from './corpus.js';
import { walk } from './corpus-walk.js';
import { checkKernels, kernelInput } from './kernel-input.js';
import { IXJB94 } from './libraries/ixjb94.js';
import { codesOf, type Library, type Values } from './libraries/library.js';
import { TECHNICAL_INDICATORS } from './libraries/technicalindicators.js';
import { TRADING_SIGNALS } from './libraries/trading-signals.js';

/** More than an average of 200 bars needs to forget how it began. */
const klines = walk({ ...SERIES.btc15m, rows: 4_000 });
const libraries: readonly Library[] = [TECHNICAL_INDICATORS, TRADING_SIGNALS, IXJB94];

describe.each(libraries)('$name', (library) => {
  it('has codes of the catalog, each once', () => {
    const codes = codesOf(library.calls);
    expect(codes.filter((code) => !CODES.includes(code))).toEqual([]);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('agrees with the kernels on a walk', () => {
    expect(checkKernels(kernelInput(klines, library))).toContain("values equal within SPEC 3's tolerance");
  });

  it('is found out when one value of the last row is off', () => {
    const call = library.calls.find(({ name }) => name === 'ATR14')!;
    const [series] = call.series;
    const pick = (result: never): Values => {
      const values = Array.from(series!.pick(result));
      return values.with(-1, values.at(-1)! * (1 + 1e-5));
    };
    const broken = { ...library, calls: [{ ...call, series: [{ ...series!, pick }] }] };
    expect(() => checkKernels(kernelInput(klines, broken))).toThrow('kernels: ATR14 row 3999: ours ');
  });
});
