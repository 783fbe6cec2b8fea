import { describe, expect, it } from 'vitest';
import type { BenchCase } from './case.js';
import { createContext } from './context.js';
import { runCase } from './results.js';

/** 5 ms against 10, of which three times as fast is promised. */
const missing: BenchCase<null> = {
  name: 'some-case',
  group: 'some',
  title: '',
  bars: [{ ratio: 'speed', against: 'theirs', atLeast: 3 }],
  sizes: () => [{ label: 'small', bars: 1000 }],
  effort: () => ({ rounds: 1, roundMs: 0, warmUp: 0 }),
  load: async () => null,
  work: () => ({ bars: 1000 }),
  check: () => 'nothing to compare',
  run: { name: 'ours', run: () => ({ elapsedMs: 5 }) },
  reference: [{ name: 'theirs', run: () => ({ elapsedMs: 10 }) }],
};

describe('runCase', () => {
  it.each([
    ['judges full sizes', false, [{ value: 2, isMet: false }]],
    ['judges no small ones', true, []],
  ])('%s', async (_, isQuick, verdicts) => {
    const context = createContext(isQuick);
    const result = await runCase(missing, context, () => {});
    context.dispose();
    expect(result.verdicts).toMatchObject(verdicts);
    expect(result.verdicts.length).toBe(verdicts.length);
  });
});
