import { describe, expect, it } from 'vitest';
import { summarize } from './statistics.js';

describe('summarize', () => {
  it('takes median and quartiles between the two nearest ranks', () => {
    // By hand: sorted 1 2 4 8; ranks 0.75, 1.5 and 2.25.
    expect(summarize([8, 1, 4, 2])).toEqual({
      count: 4,
      median: 3,
      min: 1,
      max: 8,
      lowerQuartile: 1.75,
      upperQuartile: 5,
    });
  });

  it('sorts by value, not as text, and leaves the samples alone', () => {
    const samples = [100, 9, 10];
    expect(summarize(samples).median).toBe(10);
    expect(samples).toEqual([100, 9, 10]);
  });

  it('refuses nothing', () => {
    expect(() => summarize([])).toThrow('no samples');
  });
});
