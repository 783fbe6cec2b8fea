import { expect, it } from 'vitest';
import { SpareMemory } from './spare-memory.js';

const MB = 2 ** 20;

it('gives what was given back to whoever it fits, the last one first', () => {
  const spare = new SpareMemory();
  const [first, second] = [spare.take(1_000), spare.take(1_000)];
  expect(second).not.toBe(first);
  spare.giveBack(first);
  spare.giveBack(second);
  expect(spare.take(900)).toBe(second);
  expect(spare.take(900)).toBe(first);
  expect(spare.take(900)).not.toBe(first);
});

it('gives none that is too small or four times too large, and gives up the oldest one then', () => {
  for (const bytes of [2_000, 100]) {
    const spare = new SpareMemory();
    const [first, second] = [spare.take(1_000), spare.take(1_000)];
    spare.giveBack(first);
    spare.giveBack(second);
    const other = spare.take(bytes);
    expect(other.byteLength).toBeGreaterThanOrEqual(bytes);
    expect([first, second]).not.toContain(other);
    expect(spare.take(1_000)).toBe(second);
    expect(spare.take(1_000)).not.toBe(first);
  }
});

it('keeps no more than 32 MB, the newest', () => {
  const spare = new SpareMemory();
  const buffers = Array.from({ length: 4 }, () => new SharedArrayBuffer(10 * MB));
  for (const buffer of buffers) spare.giveBack(buffer);
  for (const kept of [3, 2, 1]) expect(spare.take(10 * MB)).toBe(buffers[kept]);
  expect(spare.take(10 * MB)).not.toBe(buffers[0]);
  const huge = new SharedArrayBuffer(33 * MB);
  spare.giveBack(huge);
  expect(spare.take(33 * MB)).not.toBe(huge);
});
