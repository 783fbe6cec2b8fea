import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NaiveItemset, naiveItemsets, naiveRules } from '../../test/reference/mining.js';
import { fpGrowth } from './fp-growth.js';
import { type Itemsets, itemsetOrder } from './itemsets.js';
import { associationRules } from './rules.js';
import { minCount, sliceTransactions, type Transactions } from './transactions.js';

const LIMIT = 5_000_000;

function transactionsOf(sets: readonly (readonly number[])[], itemCount = 64): Transactions {
  const offsets = [0];
  for (const set of sets) offsets.push(offsets.at(-1)! + set.length);
  return { offsets: Int32Array.from(offsets), items: Int32Array.from(sets.flat()), itemCount };
}

/** By letters: the examples of papers and manuals. */
function lettersOf(lines: readonly string[]): { sets: number[][]; name: (item: number) => string } {
  return {
    sets: lines.map((line) => line.split(' ').map((letter) => letter.charCodeAt(0) - 97)),
    name: (item) => String.fromCharCode(97 + item),
  };
}

const setsOf = ({ length, items, offsets, counts }: Itemsets): NaiveItemset[] =>
  Array.from({ length }, (_, i) => ({
    items: [...items.subarray(offsets[i]!, offsets[i + 1]!)],
    count: counts[i]!,
  }));

const lines = (sets: readonly NaiveItemset[]): string[] =>
  sets.map(({ items, count }) => `${items.join(' ')}: ${count}`).sort();

const grow = (sets: readonly (readonly number[])[], least: number, maxLength: number): Itemsets =>
  fpGrowth(transactionsOf(sets), { minCount: least, maxLength, maxItemsets: LIMIT })!;

describe('fpGrowth', () => {
  it('finds what Han, Pei and Yin find in their table 1', () => {
    // J. Han, J. Pei, Y. Yin, Mining Frequent Patterns without Candidate Generation, SIGMOD 2000: table 1 with a minimum
    // support of 3, table 2 (conditional pattern bases) and example 4 (the patterns that have m).
    const { sets, name } = lettersOf([
      'f a c d g i m p',
      'a b c f l m o',
      'b f h j o',
      'b c k s p',
      'a f c e l p m n',
    ]);
    const found = setsOf(grow(sets, 3, 9)).map(({ items, count }) => `${items.map(name).join('')}:${count}`);
    expect(found.sort()).toEqual(
      [
        ...['f:4', 'c:4', 'a:3', 'b:3', 'm:3', 'p:3'],
        'cp:3',
        ...['am:3', 'cm:3', 'fm:3', 'acm:3', 'afm:3', 'acfm:3', 'cfm:3'],
        ...['af:3', 'ac:3', 'acf:3'],
        'cf:3',
      ].sort(),
    );
  });

  it('equals plain enumeration on 200 random data sets', () => {
    const dataSet = fc.record({
      // Few items make deep trees, many make bushy ones.
      sets: fc.integer({ min: 1, max: 12 }).chain((items) =>
        fc.array(fc.uniqueArray(fc.integer({ min: 0, max: items - 1 }), { maxLength: 9 }), {
          maxLength: 40,
        }),
      ),
      least: fc.integer({ min: 1, max: 6 }),
      maxLength: fc.integer({ min: 1, max: 7 }),
    });
    fc.assert(
      fc.property(dataSet, ({ sets, least, maxLength }) => {
        const found = grow(sets, least, maxLength);
        const expected = naiveItemsets(sets, least, maxLength);
        expect(lines(setsOf(found))).toEqual(lines(expected));
        const rules = associationRules(found, sets.length, 0.6);
        const itemsets = setsOf(found);
        const named = Array.from({ length: rules.length }, (_, r) => {
          const { items, count } = itemsets[rules.itemset[r]!]!;
          const antecedent = items.filter((_, k) => k !== rules.position[r]);
          const support = count / sets.length;
          return [antecedent, items[rules.position[r]!], rules.confidence[r], rules.lift[r], support].join();
        });
        const naive = naiveRules(sets, expected, 0.6).map((rule) =>
          [rule.antecedent, rule.consequent, rule.confidence, rule.lift, rule.support].join(),
        );
        expect(named.sort()).toEqual(naive.sort());
      }),
      { numRuns: 200, seed: 8 },
    );
  });

  it('takes 1,000 identical transactions of 40 items, and a path of 1,000 nodes', () => {
    // 40 + 780 + 9,880 + 91,390: the ways to choose 1 to 4 of 40.
    const same = Array.from({ length: 1_000 }, () => Array.from({ length: 40 }, (_, i) => i));
    const found = grow(same, 20, 4);
    expect(found.length).toBe(102_090);
    expect(found.counts.every((count) => count === 1_000)).toBe(true);
    const long = transactionsOf([Array.from({ length: 1_000 }, (_, i) => i)], 1_000);
    expect(fpGrowth(long, { minCount: 1, maxLength: 1_000, maxItemsets: 20_000 })).toBeNull();
    expect(fpGrowth(long, { minCount: 1, maxLength: 1, maxItemsets: 1_000 })!.length).toBe(1_000);
  });

  it('takes 100,000 transactions of 20 items out of 60', () => {
    // Item i stands in transaction t when (t * 7 + i * i) % 60 is below 20: the counts of single items are known.
    const sets = Array.from({ length: 100_000 }, (_, t) =>
      Array.from({ length: 60 }, (_, i) => i).filter((i) => (t * 7 + i * 31) % 60 < 20),
    );
    const found = fpGrowth(transactionsOf(sets), { minCount: 2_000, maxLength: 3, maxItemsets: LIMIT })!;
    // The transactions repeat every 60: their sets are those of the first 60, to be counted by enumeration.
    const cycle = naiveItemsets(sets.slice(0, 60), 1, 3);
    const times = (items: readonly number[]): number =>
      sets
        .slice(0, 60)
        .reduce(
          (sum, set, t) =>
            sum + (items.every((item) => set.includes(item)) ? Math.ceil((100_000 - t) / 60) : 0),
          0,
        );
    const expected = cycle
      .map(({ items }) => ({ items, count: times(items) }))
      .filter(({ count }) => count >= 2_000);
    expect(lines(setsOf(found))).toEqual(lines(expected));
  });

  it('gives up when there would be more sets than allowed', () => {
    const sets = [
      [0, 1, 2],
      [0, 1, 2],
    ];
    const within = (maxItemsets: number, maxLength: number) =>
      fpGrowth(transactionsOf(sets), { minCount: 1, maxLength, maxItemsets });
    expect(within(7, 3)!.length).toBe(7);
    expect(within(6, 3)).toBeNull();
    // The last level is counted without trees.
    expect(within(6, 2)!.length).toBe(6);
    expect(within(5, 2)).toBeNull();
    expect(within(2, 1)).toBeNull();
  });

  it('has nothing to say of nothing', () => {
    expect(grow([], 1, 4).length).toBe(0);
    expect(grow([[], []], 1, 4).length).toBe(0);
    expect(grow([[1], [2]], 2, 4).length).toBe(0);
  });
});

describe('associationRules', () => {
  it("has Spark's confidence, lift and support", () => {
    // Apache Spark, python/pyspark/ml/fpm.py, the docstring of FPGrowth: minSupport 0.2, minConfidence 0.7; lift and
    // support since 3.0.
    const { sets, name } = lettersOf([
      'r z h k p',
      'z y x w v u t s',
      's x o n r',
      'x z y m t s q e',
      'z',
      'x z y r q t p',
    ]);
    const found = grow(sets, 2, 9);
    const itemsets = setsOf(found);
    const rules = associationRules(found, 6, 0.7);
    const named = Array.from({ length: rules.length }, (_, r) => {
      const { items, count } = itemsets[rules.itemset[r]!]!;
      const antecedent = items.filter((_, k) => k !== rules.position[r]).map(name);
      return `${antecedent.join('')} -> ${name(items[rules.position[r]!]!)} ${rules.confidence[r]} ${rules.lift[r]} ${count / 6}`;
    });
    for (const rule of ['st -> y 1 2', 'st -> x 1 1.5', 'st -> z 1 1.2', 'p -> r 1 2', 'p -> z 1 1.2'])
      expect(named).toContain(`${rule} 0.3333333333333333`);
    expect(lines(itemsets)).toEqual(lines(naiveItemsets(sets, 2, 9)));
  });
});

describe('itemsetOrder', () => {
  it('has the most frequent first, then the shorter, then by ids', () => {
    const found = grow(
      [
        [1, 2, 5],
        [2, 5],
        [1, 2],
        [2, 7],
      ],
      1,
      3,
    );
    const sets = setsOf(found);
    expect([...itemsetOrder(found)].map((i) => sets[i]!.items.join(''))).toEqual([
      ...['2', '1', '5', '12', '25', '7', '15', '27', '125'],
    ]);
  });
});

describe('minCount', () => {
  it('is the smallest whole count that reaches the support', () => {
    expect([minCount(0.02, 100), minCount(0.02, 101), minCount(0.07, 100), minCount(0.5, 3)]).toEqual([
      2, 3, 7, 2,
    ]);
    expect([minCount(0.02, 0), minCount(0, 50)]).toEqual([1, 1]);
  });
});

describe('sliceTransactions', () => {
  it('is what it would be alone', () => {
    const all = transactionsOf([[1, 2], [3], [], [2, 5, 7]]);
    expect(sliceTransactions(all, 1, 4)).toEqual(transactionsOf([[3], [], [2, 5, 7]]));
    expect(sliceTransactions(all, 4, 4)).toEqual(transactionsOf([]));
  });
});
