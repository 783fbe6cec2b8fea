import { describe, expect, it } from 'vitest';
import { allocatedBytes } from './heap.js';

/** Kept until the next run, so that no compiler drops what it holds. */
let held: unknown;
const times = (count: number, make: () => unknown): void => {
  for (let i = 0; i < count; i++) held = make();
};

// Expected values: elements times eight bytes; V8 of Node.js compresses no pointers.
describe('allocatedBytes', () => {
  it.each([
    ['typed arrays', 200, () => new Float64Array(100_000)],
    ['arrays', 200, () => new Array(100_000).fill(0)],
  ])('counts %s that are garbage when the run ends', async (_, count, make) => {
    const bytes = await allocatedBytes(() => times(count, make));
    expect(bytes / (count * 800_000)).toBeGreaterThan(0.95);
    expect(bytes / (count * 800_000)).toBeLessThan(1.05);
  });

  it('counts what a run of promises allocates', async () => {
    const bytes = await allocatedBytes(async () => {
      for (let i = 0; i < 20; i++) held = await Promise.resolve(new Float64Array(100_000));
    });
    expect(bytes / 16e6).toBeGreaterThan(0.95);
    expect(bytes / 16e6).toBeLessThan(1.05);
  });

  it('leaves out buffers that were garbage before', async () => {
    const kept: Float64Array[] = [];
    for (let round = 0; round < 3; round++) {
      times(400, () => new Float64Array(100_000));
      const bytes = await allocatedBytes(() => kept.push(new Float64Array(1000)));
      expect(bytes / 8000).toBeGreaterThan(0.95);
      expect(bytes / 8000).toBeLessThan(1.1);
      kept.length = 0;
    }
  });

  it('finds next to nothing where a run writes to what it is given', async () => {
    const column = new Float64Array(100_000);
    await allocatedBytes(() => column.fill(1));
    expect(await allocatedBytes(() => column.fill(2))).toBeLessThan(32_768);
    expect(held).toBeDefined();
  });
});
