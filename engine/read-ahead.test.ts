import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ahead } from './read-ahead.js';

/** Counts up, and says when it is over. */
function counter(ended: () => void): AsyncGenerator<number> {
  return (async function* () {
    try {
      for (let i = 0; ; i++) {
        await sleep(1);
        yield i;
      }
    } finally {
      ended();
    }
  })();
}

it('gives every item once and in order, the first ones made before they are asked for', async () => {
  let made = 0;
  async function* items(): AsyncGenerator<number> {
    while (made < 7) yield made++;
  }
  const read = ahead(items(), 3);
  await sleep(5);
  expect(made).toBe(3);
  const got: number[] = [];
  for await (const item of read) got.push(item);
  expect(got).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(await read.next()).toEqual({ done: true, value: undefined });
});

it('ends what it reads when its consumer leaves', async () => {
  let isEnded = false;
  const read = ahead(
    counter(() => {
      isEnded = true;
    }),
    2,
  );
  for await (const item of read) if (item === 3) break;
  expect(isEnded).toBe(true);
});

it('ends what it reads when nobody ever asked', async () => {
  let isEnded = false;
  const read = ahead(
    counter(() => {
      isEnded = true;
    }),
    3,
  );
  await read.return();
  expect(isEnded).toBe(true);
});

it('says a failure when its consumer comes to it', async () => {
  async function* items(): AsyncGenerator<number> {
    yield 1;
    throw new Error('unreadable');
  }
  const read = ahead(items(), 3);
  await sleep(1);
  expect(await read.next()).toEqual({ done: false, value: 1 });
  await expect(read.next()).rejects.toThrow('unreadable');
});
