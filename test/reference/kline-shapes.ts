import type { TwinInput } from './indicators.js';

/** Seeded uniform numbers in [0, 1): mulberry32. */
function uniform(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Shape {
  readonly minutes?: number;
  /** Price factor of row t, given a random number. */
  step(t: number, random: number): number;
  readonly price?: number;
  readonly tick?: number;
  /** Wick length as a fraction of the price; 0: high and low are open and close. */
  readonly wick?: number;
  volume?(t: number, random: number): number;
  /** Bars missing before row t. */
  missing?(t: number): number;
  takerKnown?(t: number): boolean;
}

const MINUTE = 60_000;
/** A Monday, 00:00 UTC. */
const FIRST = Date.UTC(2024, 0, 1);

function make(shape: Shape, rows: number, seed: number): TwinInput {
  const random = uniform(seed);
  const k = {
    open: [] as number[],
    high: [] as number[],
    low: [] as number[],
    close: [] as number[],
    volume: [] as number[],
    openTime: [] as number[],
    closeTime: [] as number[],
    takerBuyBase: [] as number[],
  };
  const duration = (shape.minutes ?? 15) * MINUTE;
  const tick = shape.tick ?? 0.01;
  const round = (x: number) => Math.max(Math.round(x / tick), 1) * tick;
  let price = shape.price ?? 30_000;
  let time = FIRST;
  for (let t = 0; t < rows; t++) {
    const open = round(price);
    price *= shape.step(t, random());
    const close = round(price);
    const wick = (shape.wick ?? 0.001) * price;
    const volume = shape.volume?.(t, random()) ?? 5 + 100 * random();
    time += (shape.missing?.(t) ?? 0) * duration;
    k.open.push(open);
    k.close.push(close);
    k.high.push(Math.max(open, close, round(Math.max(open, close) + wick * random())));
    k.low.push(Math.min(open, close, round(Math.min(open, close) - wick * random())));
    k.volume.push(volume);
    k.takerBuyBase.push((shape.takerKnown?.(t) ?? true) ? volume * random() : Number.NaN);
    k.openTime.push(time);
    k.closeTime.push(time + duration - 1);
    time += duration;
  }
  return k;
}

const wander = (_: number, random: number) => 1 + (random - 0.5) * 0.01;

/** Markets that kernels stumble over, by name. */
const SHAPES: Readonly<Record<string, Shape>> = {
  walk: { step: wander },
  rise: { step: (_, random) => 1 + 0.002 * random },
  fall: { step: (_, random) => 1 - 0.002 * random },
  chop: { step: (t) => (t % 2 === 0 ? 1.01 : 1 / 1.01) },
  flat: { step: () => 1, wick: 0 },
  /** Long stretches without any movement, high = low, between walks: the window of 200 fits in. */
  plateau: { step: (t, random) => (t % 400 < 130 ? wander(t, random) : 1), wick: 0 },
  gap: { step: wander, missing: (t) => (t % 90 === 89 ? 37 + t : 0) },
  /** One bar a million times away, in price and in volume. */
  spike: {
    step: (t, random) => (t === 300 ? 1e6 : t === 301 ? 1e-6 : wander(t, random)),
    volume: (t, random) => (t === 300 ? 1e15 : random),
  },
  /** No volume for bars, windows and whole days; taker volume unknown here and there. */
  quiet: {
    step: wander,
    volume: (t, random) => (t % 250 < 120 || t % 7 === 0 ? 0 : random),
    takerKnown: (t) => t % 11 !== 3,
  },
  tiny: { step: wander, price: 1.2e-6, tick: 1e-8, volume: (_, random) => random * 1e11 },
  daily: { step: wander, minutes: 1440 },
  weekly: { step: wander, minutes: 10_080 },
};

/** Every shape with `rows` bars. Deterministic. */
export function klineShapes(rows: number): { readonly name: string; readonly klines: TwinInput }[] {
  return Object.entries(SHAPES).map(([name, shape], i) => ({ name, klines: make(shape, rows, 1000 + i) }));
}
