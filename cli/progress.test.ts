import { expect, it } from 'vitest';
import { Progress } from './progress.js';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

it('counts with rate and time left on a terminal', () => {
  const stream = terminal(true);
  let now = 0;
  const progress = new Progress('bars', 10_000, stream, () => now);
  now = 1000;
  progress.show(2500);
  progress.end();
  expect(stream.written).toEqual([
    '\r\u001b[K2,500 of 10,000 bars (25%), 2,500/s, 3.00 s left',
    '\r\u001b[K',
  ]);
});

it('has no time left to show when the total is unknown, and passes over a total that was too small', () => {
  const stream = terminal(true);
  let now = 0;
  const progress = new Progress('rows', null, stream, () => now);
  now = 500;
  progress.show(100);
  progress.total = 50;
  now = 1000;
  progress.show(120);
  expect(stream.written).toEqual([
    '\r\u001b[K100 rows, 200/s',
    '\r\u001b[K120 of 120 rows (100%), 120/s, 0.00 s left',
  ]);
});

it('writes at most ten times a second', () => {
  const stream = terminal(true);
  let now = 0;
  const progress = new Progress('bars', null, stream, () => now);
  for (now = 0; now < 1000; now += 10) progress.show(now);
  expect(stream.written).toHaveLength(10);
});

it('is silent where there is no terminal', () => {
  const stream = terminal(false);
  const progress = new Progress('bars', 10, stream);
  progress.show(5);
  progress.end();
  expect(stream.written).toEqual([]);
});
