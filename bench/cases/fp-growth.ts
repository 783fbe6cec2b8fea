import { FPGrowth } from 'node-fpgrowth';
import { fpGrowth, type Itemsets, minCount, type Transactions } from '../../kernels/index.js';
import type { BenchCase } from '../case.js';
import { mulberry32 } from '../corpus-walk.js';

const LIBRARY = 'node-fpgrowth';

interface MiningInput {
  readonly sets: readonly (readonly number[])[];
  readonly transactions: Transactions;
  readonly minSupport: number;
}

/** By label: transactions, items of each, items to choose from, min_support. */
const SHAPES: Readonly<Record<string, readonly [number, number, number, number]>> = {
  '5k of 10 in 40': [5_000, 10, 40, 0.02],
  '20k of 10 in 40': [20_000, 10, 40, 0.02],
  '5k of 20 in 60': [5_000, 20, 60, 0.05],
};

export const fpGrowthCase: BenchCase<MiningInput> = {
  name: 'fp-growth',
  group: 'mining',
  title:
    'Frequent item sets of any length of seeded transactions, some items likelier than others; rows = item sets found. ' +
    'Beyond these sizes node-fpgrowth ends with "Maximum call stack size exceeded" (20k of 20 in 60 does already).',
  bars: [{ ratio: 'speed', against: LIBRARY, atLeast: 30 }],
  sizes: ({ isQuick }) =>
    Object.keys(SHAPES)
      .slice(0, isQuick ? 1 : undefined)
      .map((label) => ({ label, bars: 0 })),
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 5, roundMs: 0, warmUp: 1 }),
  load: async ({ label }) => {
    const [count, size, items, minSupport] = SHAPES[label]!;
    const next = mulberry32(3);
    const sets = Array.from({ length: count }, () => {
      const pool = Array.from({ length: items }, (_, i) => i);
      return Array.from({ length: size }, () => pool.splice(Math.floor(next() ** 1.5 * pool.length), 1)[0]!);
    });
    const offsets = Int32Array.from({ length: count + 1 }, (_, t) => t * size);
    const transactions = { offsets, items: Int32Array.from(sets.flat()), itemCount: items };
    return { sets, transactions, minSupport };
  },
  work: (input) => ({ bars: input.sets.length, rows: ours(input).length }),
  check: async (input) => {
    const found = linesOf(ours(input));
    const theirs = (await new FPGrowth<number>(input.minSupport).exec([...input.sets.map((set) => [...set])]))
      .map(({ items, support }) =>
        line(
          [...items].sort((a, b) => a - b),
          support,
        ),
      )
      .sort();
    const first = found.findIndex((text, i) => text !== theirs[i]);
    if (first >= 0 || found.length !== theirs.length)
      throw new Error(`fp-growth: set ${first}: ours ${found[first]}, ${LIBRARY} ${theirs[first]}`);
    return `${found.length} item sets with equal counts`;
  },
  run: { name: 'klinemill', run: (input) => void ours(input) },
  reference: [
    {
      name: LIBRARY,
      run: async ({ sets, minSupport }) => {
        await new FPGrowth<number>(minSupport).exec(sets as number[][]);
      },
    },
  ],
};

function ours({ transactions, minSupport }: MiningInput): Itemsets {
  const options = {
    minCount: minCount(minSupport, transactions.offsets.length - 1),
    maxLength: transactions.itemCount,
    maxItemsets: 5_000_000,
  };
  return fpGrowth(transactions, options)!;
}

const line = (items: readonly number[], count: number): string => `${items.join(' ')}: ${count}`;

function linesOf({ length, items, offsets, counts }: Itemsets): string[] {
  return Array.from({ length }, (_, i) =>
    line([...items.subarray(offsets[i]!, offsets[i + 1]!)], counts[i]!),
  ).sort();
}
