import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { comparedText, compareRuns, readRun } from './compare.js';
import { createContext } from './context.js';
import { timeControl } from './control.js';
import { mulberry32 } from './corpus-walk.js';
import { type RunResult, runCase } from './results.js';
import { summarize } from './statistics.js';

/** A run of one case; quartiles of `[a, b, c, d, e]` are b and d. */
const runOf = (ms: number[], control = [10, 10, 10], name = 'some-case', bars = 1000): RunResult => ({
  machine: { cpu: '', cores: 2, memoryMb: 1, system: '', node: '', v8: '', packages: {}, date: '' },
  corpus: '',
  isQuick: false,
  elapsedMs: 1,
  leftOut: [],
  cases: [
    {
      name,
      group: 'some',
      title: '',
      control: summarize(control),
      elapsedMs: 1,
      verdicts: [],
      sizes: [
        {
          size: 'small',
          checked: '',
          references: [],
          ours: {
            contender: 'ours',
            ms: summarize(ms),
            peakBytes: null,
            allocatedBytes: null,
            details: [],
            work: { bars },
          },
        },
      ],
    },
  ],
});
const steady = [100, 100, 100, 100, 100];
const only = (before: RunResult, after: RunResult) => compareRuns(before, after).rows[0]!;

describe('compareRuns', () => {
  it.each([
    ['half the time', [50, 50, 50], 'faster'],
    ['the same', steady, 'no difference'],
    ['a tenth more', [110, 110, 110], 'slower'],
    // Quartiles 99 and 121 of 110: a spread of 20 %, more than the tenth.
    ['a tenth more, within its own spread', [90, 99, 110, 121, 130], 'no difference'],
    ['twice the time, beyond the same spread', [180, 198, 220, 242, 260], 'slower'],
  ] as const)('%s: %s is %s', (_, ms, change) => {
    expect(only(runOf(steady), runOf([...ms])).change).toBe(change);
  });

  it('adds how far off the medians may be and the spreads of both controls, by hand', () => {
    // 3 (110 - 90) / 100 / sqrt(5) twice = 0.53666, and (10.5 - 9.5) / 10 twice.
    const run = runOf([80, 90, 100, 110, 120], [9, 9.5, 10, 10.5, 11]);
    expect(only(run, run).noise).toBeCloseTo(0.736656, 6);
  });

  /** Samples of a median of 100 times `factor` and a deviation of `sd`, seeded; `exp` of normal ones where skewed. */
  const draw = (random: () => number, count: number, sd: number, isSkewed: boolean, factor = 1): number[] =>
    Array.from({ length: count }, () => {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      return 100 * factor * (isSkewed ? Math.exp(sd * normal) : 1 + sd * normal);
    });
  /** Share of comparisons that find a difference; the control is still, which hides least. */
  const found = (count: number, sd: number, isSkewed: boolean, factor: number): number => {
    const random = mulberry32(count);
    const times = 1000;
    let changes = 0;
    for (let i = 0; i < times; i++) {
      const [old, now] = [1, factor].map((one) => runOf(draw(random, count, sd, isSkewed, one)));
      if (only(old!, now!).change !== 'no difference') changes++;
    }
    return changes / times;
  };

  it.each([
    [3, 0.1, false],
    [5, 0.1, false],
    [9, 0.1, false],
    [140, 0.1, false],
    [5, 0.3, true],
    [11, 0.3, true],
  ] as const)(
    'of %d equal samples (deviation %d, skewed: %s) finds a change in fewer than one of twenty',
    (count, sd, isSkewed) => {
      expect(found(count, sd, isSkewed, 1)).toBeLessThan(0.05);
    },
  );

  it('sees a fifth more within a spread of a fifth, given 140 samples', () => {
    // Quartiles of normal samples are 1.349 deviations apart.
    expect(found(140, 0.2 / 1.349, false, 1.2)).toBeGreaterThan(0.95);
  });

  it('blames the machine for what the control shares', () => {
    const slow = only(runOf(steady), runOf([130, 130, 130], [13, 13, 13]));
    expect([slow.ratio, slow.control, slow.change]).toEqual([1.3, 1.3, 'no difference']);
    // The control became slower, the case did not: no proof that the case became faster.
    expect(only(runOf(steady), runOf(steady, [13, 13, 13])).change).toBe('no difference');
    expect(only(runOf(steady), runOf([200, 200, 200], [13, 13, 13])).change).toBe('slower');
  });

  it('finds no difference where too few samples have no spread', () => {
    expect(only(runOf(steady), runOf([50, 50]))).toMatchObject({ noise: Infinity, change: 'no difference' });
  });

  it('compares time a bar, so that a size that grew is none', () => {
    expect(only(runOf(steady), runOf([200, 200, 200], [10, 10, 10], 'some-case', 2000)).change).toBe(
      'no difference',
    );
  });

  it('names what only one of the runs has', () => {
    const compared = compareRuns(runOf(steady), runOf(steady, [10, 10, 10], 'another'));
    expect(compared).toEqual({ rows: [], onlyOld: ['some-case small'], onlyNew: ['another small'] });
    expect(comparedText(compared)).toContain('only in the old run: some-case small');
  });
});

describe('comparedText', () => {
  it('prints ratio, control, noise and verdict', () => {
    const text = comparedText(compareRuns(runOf(steady), runOf([50, 50, 50], [11, 11, 11])));
    expect(text.split('\n')[1]!.split(/ {2,}/)).toEqual([
      'some-case',
      'small',
      '0.500',
      '1.100',
      '0.0 %',
      'faster',
    ]);
  });
});

describe('two runs of the runner', () => {
  /** A case that says itself how long it took. */
  const runOnce = async (ms: number): Promise<RunResult> => {
    const samples = [ms, 1.01 * ms, 1.02 * ms];
    const context = createContext(true);
    const of = await runCase<null>(
      {
        name: 'some-case',
        group: 'some',
        title: '',
        sizes: () => [{ label: 'small', bars: 1000 }],
        effort: () => ({ rounds: samples.length, roundMs: 0, warmUp: 0 }),
        load: async () => null,
        work: () => ({ bars: 1000 }),
        check: () => 'nothing to compare',
        run: { name: 'ours', run: () => ({ elapsedMs: samples.shift()! }) },
        reference: [],
      },
      context,
      () => {},
    );
    context.dispose();
    return { ...runOf(steady), cases: [of] };
  };

  it('differ in what is beyond the noise of the case and of the machine, and in nothing else', async () => {
    const [old, same, other] = [await runOnce(100), await runOnce(100), await runOnce(1000)];
    expect(only(old, same).change).toBe('no difference');
    expect(only(old, other).change).toBe('slower');
    expect(only(other, old).change).toBe('faster');
    expect(only(old, other).control).toBeGreaterThan(0);
  });
});

describe('readRun', () => {
  it('reads what --json writes and refuses anything else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'klinemill-compare-'));
    const file = join(folder, 'old.json');
    writeFileSync(file, JSON.stringify(runOf(steady)));
    expect(readRun(file)).toEqual(runOf(steady));
    writeFileSync(file, '{"cases": [{"name": "old"}]}');
    expect(() => readRun(file)).toThrow('not written by --json');
    expect(() => readRun(join(folder, 'none.json'))).toThrow('bench: --compare');
    rmSync(folder, { recursive: true });
  });
});

describe('timeControl', () => {
  it('takes samples of a loop that is not dropped', () => {
    const samples = timeControl();
    expect(samples.length).toBe(7);
    // Two million steps that wait for each other cannot take less than a cycle each, at 10 GHz.
    expect(Math.min(...samples)).toBeGreaterThan(0.2);
  });
});
