import { describe, expect, it } from 'vitest';
import { measure } from './measure.js';

const once = { rounds: 3, roundMs: 0, warmUp: 1 };

describe('measure', () => {
  it('runs contenders in turns, prepared each time, and does not count the warm-up', async () => {
    const calls: string[] = [];
    const contender = (name: string) => ({
      name,
      prepare: () => void calls.push(`prepare ${name}`),
      run: () => void calls.push(name),
    });
    const [a, b] = await measure([contender('A'), contender('B')], null, once);
    expect(calls).toEqual(Array.from({ length: 4 }, () => ['prepare A', 'A', 'prepare B', 'B']).flat());
    expect([a!.ms.count, b!.ms.count]).toEqual([3, 3]);
    expect([a!.peakBytes, a!.allocatedBytes]).toEqual([null, null]);
  });

  it("takes a contender's own clock and peak", async () => {
    let run = 0;
    const samples = [
      { elapsedMs: 9000, peakBytes: 1 },
      { elapsedMs: 1000, peakBytes: 70 },
      { elapsedMs: 3000, peakBytes: 10 },
      { elapsedMs: 2000, peakBytes: 40 },
    ];
    const [only] = await measure([{ name: 'A', run: async () => samples[run++]! }], null, once);
    expect([only!.ms.min, only!.ms.median, only!.ms.max]).toEqual([1000, 2000, 3000]);
    expect([only!.peakBytes!.min, only!.peakBytes!.median]).toEqual([10, 40]);
    // Its work is done elsewhere: nothing to count, and no run for it.
    expect([only!.allocatedBytes, run]).toEqual([null, 4]);
  });

  it('counts what a run allocates on this thread', async () => {
    let held: unknown;
    const run = (): void => {
      held = new Float64Array(500_000);
    };
    const [only] = await measure([{ name: 'A', run }], null, once);
    expect(held).toBeDefined();
    // 500,000 times eight bytes.
    expect(only!.allocatedBytes! / 4e6).toBeGreaterThan(0.95);
    expect(only!.allocatedBytes! / 4e6).toBeLessThan(1.05);
    const [other] = await measure([{ name: 'A', isElsewhere: true, run }], null, once);
    expect(other!.allocatedBytes).toBeNull();
  });

  it('fails when a contender does', async () => {
    const broken = { name: 'A', run: () => Promise.reject(new Error('no disk')) };
    await expect(measure([broken], null, once)).rejects.toThrow('no disk');
  });
});
