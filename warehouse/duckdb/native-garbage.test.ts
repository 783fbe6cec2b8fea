import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { noteNative } from './native-garbage.js';

it('collects what stands for native memory when that is much, and not before', async () => {
  let collected = 0;
  const registry = new FinalizationRegistry(() => collected++);
  const make = () => registry.register({ big: true }, null);
  make();
  noteNative(2 ** 20);
  await setImmediate();
  expect(collected).toBe(0);
  noteNative(16 * 2 ** 20);
  // The registry speaks in a task of its own.
  for (let i = 0; i < 100 && collected === 0; i++) await setImmediate();
  expect(collected).toBe(1);
});
