import { random } from './market.js';

export interface Disorder {
  readonly seed: number;
  /** Share of messages that come twice. */
  readonly twice: number;
  /** Share of messages that come late. */
  readonly late: number;
  /** By up to so many messages. */
  readonly lateBy: number;
}

/** `items` with some of them late and some of them twice, the same for the same seed. */
export function disordered<T>(items: readonly T[], { seed, twice, late, lateBy }: Disorder): T[] {
  const next = random(seed);
  const placed = items.map((item, i) => ({
    item,
    at: i + (next() < late ? 1 + Math.floor(next() * lateBy) : 0),
    order: i,
  }));
  const again = placed
    .filter(() => next() < twice)
    .map((place) => ({ ...place, at: place.at + Math.floor(next() * lateBy) }));
  return [...placed, ...again].sort((a, b) => a.at - b.at || a.order - b.order).map(({ item }) => item);
}
