import { findPatterns, MINING_DEFAULTS, type MinedTrades } from '../../engine/index.js';
import type { LabelledTrades } from '../../kernels/index.js';
import { random } from './market.js';

// Statistical campaigns over mining (SPEC 8): many runs on data whose truth is known. A few runs prove that the machinery
// works; what is claimed of error rates takes fifty (npm run soak -- mining --seeds 50).

/** What the runs of a campaign showed. */
export interface Campaign {
  readonly runs: number;
  /** Runs in which some rule is an edge. */
  readonly edges: number;
  /** Runs in which some rule has p_adjusted <= 0.05, whatever it earned. */
  readonly significant: number;
}

type Outcome = Pick<LabelledTrades, 'labels' | 'pnl'>;

/** What a trade brings when it wins or loses: enough that money does not keep a structure from being an edge. */
const pays = (labels: Uint8Array): Float64Array =>
  Float64Array.from(labels, (label) => (label === 1 ? 1 : -0.3));

/** Labels dealt out anew: nothing is to be found. */
function shuffled({ labels }: LabelledTrades, seed: number): Outcome {
  const next = random(seed);
  const dealt = labels.slice();
  for (let i = dealt.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [dealt[i], dealt[j]] = [dealt[j]!, dealt[i]!];
  }
  return { labels: dealt, pnl: pays(dealt) };
}

/** Real labels moved in time within their groups, by the same share of each: as clustered as they are, but unrelated. */
function rotated({ labels, groups, groupCount }: LabelledTrades, seed: number): Outcome {
  const share = 0.05 + 0.9 * random(seed)();
  const moved = labels.slice();
  for (let g = 0; g < groupCount; g++) {
    const members = [...groups.keys()].filter((t) => groups[t] === g);
    const by = Math.floor(share * members.length);
    members.forEach((t, i) => {
      moved[t] = labels[members[(i + by) % members.length]!]!;
    });
  }
  return { labels: moved, pnl: pays(moved) };
}

const DEALS = { shuffled, rotated } as const;

/**
 * How often mining calls something an edge where there is none.
 *
 * @param trades real ones
 * @param kind labels shuffled, or rotated by a random share
 */
export async function falseEdges(
  trades: MinedTrades,
  kind: keyof typeof DEALS,
  seeds: number,
  threads: number,
): Promise<Campaign> {
  let [edges, significant] = [0, 0];
  for (let seed = 1; seed <= seeds; seed++) {
    const patterns = await findPatterns({ ...trades, ...DEALS[kind](trades, seed) }, trades.itemNames, {
      ...MINING_DEFAULTS,
      threads,
    });
    const rules = [...patterns.edges()];
    if (rules.some((rule) => rule.isEdge)) edges++;
    if (rules.some((rule) => (rule.pAdjusted ?? 1) <= 0.05)) significant++;
  }
  return { runs: seeds, edges, significant };
}

/**
 * How often a structure of support 0.1 and lift 1.5 is found among 4,000 trades of which four tenths win.
 *
 * @returns runs whose edges include the planted pair itself
 */
export async function power(seeds: number, threads: number): Promise<Campaign> {
  let [edges, significant] = [0, 0];
  for (let seed = 1; seed <= seeds; seed++) {
    const { trades, names } = planted(seed);
    const patterns = await findPatterns(trades, names, { ...MINING_DEFAULTS, threads });
    const rule = [...patterns.edges()].find(({ items }) => items.join() === 'A,B')!;
    if (rule.isEdge) edges++;
    if ((rule.pAdjusted ?? 1) <= 0.05) significant++;
  }
  return { runs: seeds, edges, significant };
}

/** 4,000 trades with 14 items; A and B together (a tenth of the trades) win six times of ten, so that 0.4 win in all. */
function planted(seed: number): { trades: LabelledTrades; names: string[] } {
  const next = random(1_000 + seed);
  const count = 4_000;
  const names = [...'ABCDEFGHIJKLMN'];
  const sets: number[][] = [];
  const labels = new Uint8Array(count);
  const groups = new Int32Array(count);
  for (let t = 0; t < count; t++) {
    const hasBoth = next() < 0.1;
    // Each of the two stands alone as well, so that only the pair says something.
    const one = next();
    const set = hasBoth ? [0, 1] : one < 0.25 ? [0] : one < 0.5 ? [1] : [];
    for (let item = 2; item < names.length; item++) if (next() < 0.1 + item / 20) set.push(item);
    sets.push(set);
    groups[t] = next() < 0.5 ? 0 : 1;
    labels[t] = next() < (hasBoth ? 0.6 : (0.4 - 0.06) / 0.9) ? 1 : 0;
  }
  const offsets = new Int32Array(count + 1);
  sets.forEach((set, t) => {
    offsets[t + 1] = offsets[t]! + set.length;
  });
  const transactions = { offsets, items: Int32Array.from(sets.flat()), itemCount: names.length };
  return { trades: { transactions, labels, pnl: pays(labels), groups, groupCount: 2 }, names };
}
