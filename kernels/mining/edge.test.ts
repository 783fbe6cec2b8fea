import { describe, expect, it } from 'vitest';
import { type NaiveTrade, naiveEdges } from '../../test/reference/mining.js';
import { random } from '../../test/support/market.js';
import { wordsOf } from './bitmaps.js';
import {
  contrast,
  inSampleCount,
  isEdge,
  type LabelledTrades,
  sampleBitmaps,
  sampleFigures,
  significance,
  sliceTrades,
} from './edge.js';
import { fpGrowth } from './fp-growth.js';
import { rotateLabels, shiftCount, testRotations } from './rotation.js';
import { ShiftCounter } from './shift-counter.js';
import { minCount } from './transactions.js';

function labelled(trades: readonly NaiveTrade[]): LabelledTrades {
  const groups = [...new Set(trades.map((trade) => trade.group))];
  const offsets = [0];
  for (const trade of trades) offsets.push(offsets.at(-1)! + trade.items.length);
  return {
    transactions: {
      offsets: Int32Array.from(offsets),
      items: Int32Array.from(trades.flatMap((trade) => trade.items)),
      itemCount: 12,
    },
    labels: Uint8Array.from(trades, (trade) => (trade.isWin ? 1 : 0)),
    pnl: Float64Array.from(trades, (trade) => trade.pnl),
    groups: Int32Array.from(trades, (trade) => groups.indexOf(trade.group)),
    groupCount: groups.length,
  };
}

/** Edge rules as the engine puts them together, on one thread. */
function edges(trades: readonly NaiveTrade[], minSupport: number, maxLength: number) {
  const all = labelled(trades);
  const cut = inSampleCount(trades.length);
  const seen = sliceTrades(all, 0, cut);
  const later = sliceTrades(all, cut, trades.length);
  const itemsets = fpGrowth(seen.transactions, {
    minCount: minCount(minSupport, cut),
    maxLength,
    maxItemsets: 1e6,
  })!;
  const bitmaps = sampleBitmaps(seen);
  const inSample = sampleFigures(seen, bitmaps, itemsets);
  const outOfSample = sampleFigures(later, sampleBitmaps(later), itemsets);
  const compared = contrast(seen, bitmaps, itemsets);
  const shifts = shiftCount(cut);
  const rows = new Uint32Array(cut * wordsOf(shifts));
  rotateLabels(seen.labels, seen.groups, seen.groupCount, shifts, rows);
  const rotation = testRotations({ itemsets, bitmaps, rows, shifts, ...compared }, compared.tested);
  const sure = significance(seen, inSample, compared, rotation);
  const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
  const sample = (figures: typeof inSample, i: number) => ({
    count: figures.count[i]!,
    support: figures.support[i]!,
    winRate: known(figures.winRate[i]!),
    lift: known(figures.lift[i]!),
    avgPnl: known(figures.avgPnl[i]!),
  });
  const found = Array.from({ length: itemsets.length }, (_, i) => ({
    items: [...itemsets.items.subarray(itemsets.offsets[i]!, itemsets.offsets[i + 1]!)],
    inSample: sample(inSample, i),
    outOfSample: sample(outOfSample, i),
    z: known(compared.z[i]!),
    p: known(sure.pValue[i]!),
    pAdjusted: known(sure.pAdjusted[i]!),
    isEdge: isEdge(sure, inSample, outOfSample, i),
  }));
  return { found, tested: compared.tested };
}

interface Market {
  readonly trades: number;
  readonly seed: number;
  /** Chance to win by group and by item 0. */
  readonly chance?: (group: number, hasEdge: boolean) => number;
}

function market({ trades, seed, chance = () => 0.4 }: Market): NaiveTrade[] {
  const next = random(seed);
  return Array.from({ length: trades }, () => {
    const group = Math.floor(next() * 3);
    const items = Array.from({ length: 8 }, (_, i) => i).filter((i) => next() < 0.15 + i / 14);
    // Item 9 is item 3 by another name: the same trades twice.
    if (items.includes(3)) items.push(9);
    const isWin = next() < chance(group, items.includes(0));
    return { items, isWin, pnl: isWin ? 1 + next() : -0.8 * next(), group: `g${group}` };
  });
}

const byItems = <T extends { readonly items: readonly number[] }>(rules: readonly T[]): T[] =>
  rules.toSorted((a, b) => (a.items.join() < b.items.join() ? -1 : 1));

describe('edge rules', () => {
  it.each([
    ['a few trades, fewer rotations', { trades: 61, seed: 1 }],
    ['a thousand rotations would be more than trades', { trades: 700, seed: 2 }],
    [
      'a group that always wins and one that never does',
      { trades: 240, seed: 3, chance: (group: number) => group / 2 },
    ],
    ['an edge', { trades: 400, seed: 4, chance: (_: number, hasEdge: boolean) => (hasEdge ? 0.9 : 0.3) }],
    ['one trade', { trades: 1, seed: 5 }],
    ['two trades', { trades: 2, seed: 6 }],
    ['nothing but wins', { trades: 90, seed: 7, chance: () => 1 }],
    ['nothing but losses', { trades: 90, seed: 8, chance: () => 0 }],
  ])('equal a plain transcription of SPEC 8: %s', (_, choices) => {
    const trades = market(choices);
    const { found } = edges(trades, 0.1, 2);
    const expected = naiveEdges(trades, 0.1, 2);
    expect(byItems(found)).toEqual(byItems(expected));
  });

  it('say nothing of groups without variance, and never call that an edge', () => {
    const { found } = edges(market({ trades: 200, seed: 3, chance: () => 1 }), 0.1, 2);
    expect(found.length).toBeGreaterThan(10);
    expect(found.every((rule) => rule.z === null && rule.p === null && !rule.isEdge)).toBe(true);
  });

  it('find the edge that is there, and test the same trades once', () => {
    const trades = market({ trades: 1_500, seed: 9, chance: (_, hasEdge) => (hasEdge ? 0.8 : 0.3) });
    const { found, tested } = edges(trades, 0.05, 2);
    const edge = found.find((rule) => rule.items.join() === '0')!;
    expect(edge.isEdge).toBe(true);
    // A group of some 350 trades is not moved at all by the first and the last of 999 shifts: they reach z too.
    expect(edge.pAdjusted).toBe(0.003);
    const three = found.find((rule) => rule.items.join() === '3')!;
    const nine = found.find((rule) => rule.items.join() === '9')!;
    expect([nine.p, nine.pAdjusted]).toEqual([three.p, three.pAdjusted]);
    expect(tested.length).toBeLessThan(found.length);
  });

  it('look at the later three tenths for the columns out of sample, and at nothing else', () => {
    const trades = market({ trades: 500, seed: 10 });
    const before = byItems(edges(trades, 0.1, 2).found);
    const poisonedEarly = trades.map((trade, t) => (t < 350 ? { ...trade, pnl: -trade.pnl } : trade));
    const early = byItems(edges(poisonedEarly, 0.1, 2).found);
    expect(early.map((rule) => rule.outOfSample)).toEqual(before.map((rule) => rule.outOfSample));
    expect(early.map((rule) => rule.inSample)).not.toEqual(before.map((rule) => rule.inSample));
    const later = trades.map((trade, t) =>
      t < 350 ? trade : { ...trade, items: [0, 1], isWin: !trade.isWin, pnl: 99 },
    );
    const changed = byItems(edges(later, 0.1, 2).found);
    const inSampleOnly = (rules: typeof before) =>
      rules.map(({ items, inSample, z, p, pAdjusted }) => ({ items, inSample, z, p, pAdjusted }));
    expect(inSampleOnly(changed)).toEqual(inSampleOnly(before));
    expect(changed.find((rule) => rule.items.join() === '0')!.outOfSample.count).toBe(150);
  });
});

describe('ShiftCounter', () => {
  it('adds like a loop, whatever the number of trades', () => {
    const next = random(12);
    const rows = Uint32Array.from({ length: 300 * 2 }, () => Math.floor(next() * 2 ** 32));
    const counter = new ShiftCounter(rows, 2);
    const into = new Int32Array(64);
    for (const count of [0, 1, 15, 16, 17, 47, 48, 300]) {
      const trades = Int32Array.from({ length: count }, () => Math.floor(next() * 300));
      counter.count(trades, count, into);
      const expected = Array.from({ length: 64 }, (_, column) =>
        trades.reduce((sum, t) => sum + ((rows[t * 2 + (column >> 5)]! >>> (column & 31)) & 1), 0),
      );
      expect([...into]).toEqual(expected);
    }
  });
});
