import { expect, it } from 'vitest';
import { Slots, WeightBudget } from './limits.js';

it('never more at once than there are slots, in the order of asking, failures included', async () => {
  const slots = new Slots(3);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const work = Array.from({ length: 20 }, (_, i) =>
    slots.use(async () => {
      order.push(i);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, i % 4));
      running--;
      if (i % 5 === 0) throw new Error(`work ${i}`);
      return i;
    }),
  );
  const results = await Promise.allSettled(work);
  expect([most, running]).toEqual([3, 0]);
  expect(order).toEqual(order.map((_, i) => i));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(4);
});

it('spends no more weight in a minute of the clock than allowed, what others spent included', async () => {
  let now = 1_000_000 * 60_000 + 30_000;
  const slept: number[] = [];
  const budget = new WeightBudget(
    10,
    async (ms) => {
      slept.push(ms);
      now += ms;
    },
    () => now,
  );
  for (let i = 0; i < 5; i++) await budget.spend(2);
  expect(slept).toEqual([]);
  await budget.spend(2);
  expect(slept).toEqual([30_000]);
  budget.heard(9);
  await budget.spend(2);
  expect(slept).toEqual([30_000, 60_000]);
  // An older, smaller count does not give anything back.
  budget.heard(1);
  for (let i = 0; i < 4; i++) await budget.spend(2);
  expect(slept).toHaveLength(2);
  await budget.spend(2);
  expect(slept).toHaveLength(3);
});

it('a budget below the weight of one request lets one through a minute', async () => {
  let now = 0;
  const budget = new WeightBudget(
    1,
    async (ms) => {
      now += ms;
    },
    () => now,
  );
  await budget.spend(2);
  expect(now).toBe(0);
  await budget.spend(2);
  expect(now).toBe(60_000);
});
