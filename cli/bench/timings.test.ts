import { expect, it } from 'vitest';
import { fewestThatPay, threadCounts, timingOf } from './timings.js';

// Expected values are counted by hand.

it('median of an odd and of an even number of runs, in any order', () => {
  expect(timingOf([30, 10, 20])).toEqual({ runs: 3, medianMs: 20, minMs: 10, maxMs: 30 });
  expect(timingOf([4, 100, 2, 1])).toEqual({ runs: 4, medianMs: 3, minMs: 1, maxMs: 100 });
});

it('thread counts: none, powers of two, one less than the cores, the cores', () => {
  expect(threadCounts(1)).toEqual([0, 1]);
  expect(threadCounts(2)).toEqual([0, 1, 2]);
  expect(threadCounts(8)).toEqual([0, 1, 2, 4, 7, 8]);
  expect(threadCounts(12)).toEqual([0, 1, 2, 4, 8, 11, 12]);
});

const of = (...ms: readonly (readonly number[])[]) =>
  new Map(ms.map((samples, threads) => [threads, timingOf(samples)]));

it('more threads pay only beyond 5 % and beyond the spread of the fastest', () => {
  expect(fewestThatPay(of([100, 100, 100], [60, 60, 60], [59, 59, 59]))).toBe(1);
  expect(fewestThatPay(of([100, 100, 100], [60, 60, 60], [50, 50, 50]))).toBe(2);
  // Within the slowest run of the fastest count.
  expect(fewestThatPay(of([100, 100, 100], [60, 60, 60], [49, 50, 61]))).toBe(1);
  expect(fewestThatPay(of([50, 50, 50], [60, 60, 60]))).toBe(0);
});
