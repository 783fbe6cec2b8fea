import { describe, expect, it } from 'vitest';
import { caseText, runMarkdown, verdictText } from './report.js';
import { judge, judgeAll, type SizeResult } from './results.js';
import { summarize } from './statistics.js';

/** Ours 20 ms and 3 MiB, the reference 50 ms and 2 MiB, for 1000 bars. */
const size: SizeResult = {
  size: 'small',
  checked: '7 values equal',
  ours: {
    contender: 'ours',
    ms: summarize([10, 20, 60]),
    peakBytes: summarize([3 * 2 ** 20]),
    allocatedBytes: 5 * 2 ** 10,
    details: [],
    work: { bars: 1000, rows: 4000, bytes: 32_000 },
  },
  references: [
    {
      contender: 'theirs',
      ms: summarize([40, 50, 90]),
      peakBytes: summarize([2 * 2 ** 20]),
      allocatedBytes: 7_000 * 2 ** 10,
      details: [],
      work: { bars: 1000, rows: 4000, bytes: 32_000 },
    },
  ],
};

describe('judge', () => {
  it.each([
    ['speed', 2.5, { atLeast: 2.5 }, true],
    ['speed', 2.5, { atLeast: 2.6 }, false],
    ['time', 0.4, { atMost: 0.4 }, true],
    ['time', 0.4, { atMost: 0.39 }, false],
    ['peak', 1.5, { atMost: 1.5 }, true],
    ['peak', 1.5, { atMost: 1.4 }, false],
  ] as const)('%s is %d against %o: %s', (ratio, value, limit, isMet) => {
    const verdict = judge({ ratio, against: 'theirs', ...limit }, size);
    expect(verdict.value).toBeCloseTo(value, 12);
    expect(verdict.isMet).toBe(isMet);
  });

  it.each([
    // 20 ms over 8000 units = 2500 ns; 8000 / 0.02 s = 400,000.
    ['nsPerUnit', 2500, { atMost: 2500 }, true],
    ['nsPerUnit', 2500, { atMost: 2499 }, false],
    ['unitsPerSecond', 400_000, { atLeast: 400_000 }, true],
    ['unitsPerSecond', 400_000, { atLeast: 400_001 }, false],
  ] as const)('%s is %d against %o: %s', (amount, value, limit, isMet) => {
    const counted = { ...size, ours: { ...size.ours, work: { bars: 1000, units: 8000 } } };
    const verdict = judge({ amount, unit: 'unit', ...limit }, counted);
    expect(verdict.value).toBeCloseTo(value, 9);
    expect(verdict.isMet).toBe(isMet);
  });

  // 1000, 2000 and 4000 bars in 100 ms and 0.02 ms a bar, but for the last; peaks of 2, 3 and 2 MiB.
  const growing = (last: number): SizeResult => {
    const [first, second, third] = [120, 140, last].map((ms, i) => ({
      ...size.ours,
      ms: summarize([ms]),
      peakBytes: summarize([[2, 3, 2][i]! * 2 ** 20]),
      work: { bars: 1000 * 2 ** i },
    }));
    return { ...size, ours: first!, references: [second!, third!] };
  };

  it('judges growth over all contenders', () => {
    const deviation = judge({ growth: 'deviation', atMost: 0.05 }, growing(180));
    expect(deviation.value).toBeCloseTo(0, 12);
    expect(deviation.isMet).toBe(true);
    expect(deviation.fit!.a).toBeCloseTo(100, 9);
    expect(deviation.fit!.b).toBeCloseTo(0.02, 12);
    expect(verdictText(deviation)).toBe(
      'met: worst deviation from time = a + b bars 0.000 (a 100 ms, b 20,000 ns), promised at most 0.05',
    );
    expect(judge({ growth: 'exponent', atMost: 1.05 }, growing(180)).value).toBeCloseTo(1, 9);
    expect(judge({ growth: 'deviation', atMost: 0.05 }, growing(360)).isMet).toBe(false);
    expect(judge({ growth: 'peak', atMost: 1.5 }, growing(180))).toMatchObject({ value: 1.5, isMet: true });
  });

  it('refuses units that nobody counted', () => {
    expect(() => judge({ amount: 'nsPerUnit', unit: 'trade', atMost: 1 }, size)).toThrow("'trade'");
  });

  it('refuses a reference that did not run', () => {
    expect(() => judge({ ratio: 'speed', against: 'nobody', atLeast: 1 }, size)).toThrow("'nobody'");
  });
});

describe('judgeAll', () => {
  // 20 ms against 50, 25 and 40 ms.
  const sizes = [50, 25, 40].map((ms) => ({
    ...size,
    references: [{ ...size.references[0]!, ms: summarize([ms]) }],
  }));

  it.each([
    ['the last size', { ratio: 'speed', atLeast: 1.5 }, 2],
    ['the slowest size', { ratio: 'speed', atLeast: 1.5, isOfEverySize: true }, 1.25],
    ['the longest of times', { ratio: 'time', atMost: 0.7, isOfEverySize: true }, 0.8],
  ] as const)('looks at %s', (_, bar, ratio) => {
    expect(judgeAll({ against: 'theirs', ...bar }, sizes).value).toBeCloseTo(ratio, 12);
  });
});

const verdict = judge({ ratio: 'time', against: 'theirs', atMost: 0.3 }, size);
const result = {
  name: 'some-case',
  group: 'some',
  title: 'What is compared.',
  control: summarize([10]),
  elapsedMs: 12_340,
  sizes: [size],
  verdicts: [verdict],
};

describe('caseText', () => {
  it('prints medians, spread, rates, bytes, peak and how many times as fast ours is', () => {
    const [, , , ours, theirs, last, took] = caseText(result).split('\n');
    const cells = (line: string | undefined): string[] => line!.trim().split(/ {2,}/);
    // 20 ms / 1000 bars = 20,000 ns; 1000 / 0.02 s = 50,000; 4000 / 0.02 s = 200,000; 0.032 MB / 0.02 s = 1.6 MB/s, / 0.05 s = 0.64.
    expect(cells(ours)).toEqual([
      'small',
      'ours',
      '20.0',
      '10.0 - 60.0',
      '3',
      '20,000',
      '50,000',
      '200,000',
      '1.60',
      '3',
      '5',
    ]);
    expect(cells(theirs)).toEqual([
      'theirs',
      '50.0',
      '40.0 - 90.0',
      '3',
      '50,000',
      '20,000',
      '80,000',
      '0.64',
      '2',
      '7,000',
      '2.50',
    ]);
    expect(took).toBe('12.3 s for the whole case');
    expect(last).toBe('MISSED: time against theirs 0.40, promised at most 0.3');
  });

  it('prints time by units and absolute promises where a case counts them, and only columns that are filled', () => {
    const bar = { amount: 'unitsPerSecond', unit: 'visits', atLeast: 500_000 } as const;
    const counted = { ...size, ours: { ...size.ours, work: { bars: 1000, units: 8000 } }, references: [] };
    const text = caseText({ ...result, sizes: [counted], verdicts: [judge(bar, counted)] });
    const [, , head, ours, last] = text.split('\n');
    const cells = (line: string | undefined): string[] => line!.trim().split(/ {2,}/);
    expect(cells(head).slice(6)).toEqual(['bars/s', 'ns/unit', 'peak MB', 'KB allocated']);
    // 20 ms over 8000 units = 2500 ns; 8000 / 0.02 s = 400,000.
    expect(cells(ours).slice(6)).toEqual(['50,000', '2,500', '3', '5']);
    expect(last).toBe('MISSED: visits a second 400,000, promised at least 500,000');
  });
});

describe('runMarkdown', () => {
  const text = runMarkdown({
    machine: {
      cpu: 'Some CPU',
      cores: 2,
      memoryMb: 24_105,
      system: 'Linux 6 x64',
      node: '20.20.0',
      v8: '11.3',
      packages: { piscina: '5.3.2' },
      date: '2026-01-02',
    },
    corpus: 'a seeded random walk',
    isQuick: false,
    elapsedMs: 61_000,
    cases: [result],
    leftOut: [
      { name: 'some-server', reason: 'no server', bars: [{ ratio: 'speed', against: 'theirs', atLeast: 2 }] },
      { name: 'some-peer', reason: 'no peer', bars: [] },
    ],
  });

  it('puts machine, versions and data on top, then the promises, then every case with its check', () => {
    const at = [
      'Some CPU, 2 cores, 24,105 MB',
      'Node.js 20.20.0',
      'piscina 5.3.2',
      'a seeded random walk',
      '| some-case | time against theirs | at most 0.3 | 0.40 | MISSED |',
      '| some-server | speed against theirs | at least 2 | not measured | no server |',
      'some-peer: not measured, no peer.',
      '## some-case',
      '| small | ours | 20.0 |',
      '- small: 7 values equal',
      '12.3 s for the whole case.',
    ].map((part) => text.indexOf(part));
    expect(at.every((index) => index > 0)).toBe(true);
    expect(at).toEqual([...at].sort((a, b) => a - b));
  });

  it('has as many cells in every row of a table as in its head', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    const widths = new Set(rows.map((line) => line.split(' | ').length));
    expect([...widths].sort()).toEqual([12, 5]);
  });
});
