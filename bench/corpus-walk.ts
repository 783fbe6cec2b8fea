import type { Klines, Series } from './klines.js';

const START = Date.UTC(2023, 0, 2);

/** A seeded random walk with volume, where real klines are absent: the same on every machine. */
export function walk({ symbol, interval, durationMs, rows }: Series): Klines {
  const random = mulberry32(seedOf(`${symbol}-${interval}`));
  const columns = Array.from({ length: 11 }, () => new Float64Array(rows));
  let price = 100;
  for (let t = 0; t < rows; t++) {
    const open = price;
    price = cents(open * (1 + 0.01 * (random() - 0.5)));
    const volume = cents(1 + 500 * random() ** 3);
    const taker = cents(volume * random());
    const row = [
      START + t * durationMs,
      open,
      cents(Math.max(open, price) * (1 + 0.004 * random()) + 0.01),
      cents(Math.min(open, price) * (1 - 0.004 * random())),
      price,
      volume,
      START + (t + 1) * durationMs - 1,
      cents(volume * price),
      1 + Math.floor(1000 * random()),
      taker,
      cents(taker * price),
    ];
    for (let c = 0; c < row.length; c++) columns[c]![t] = row[c]!;
  }
  return { symbol, interval, rows, columns };
}

/** Two decimals, as the texts of an exchange have: digits are what a CSV reader is measured by. */
const cents = (value: number): number => Math.max(0.01, Math.round(value * 100) / 100);

/** mulberry32: 32 bits of state, good enough for prices. */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a of a name, so that every series has a walk of its own. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}
