import { ACTION, type MetricRule, REASON, SCORE_TOLERANCE, type ScoringRules } from './rules.js';

/** Fields of a decision among its numbers. */
export const BUY_SCORE = 0;
export const SELL_SCORE = 1;
export const TREND = 2;
export const MOMENTUM = 3;
export const VOLATILITY = 4;
export const VOLUME = 5;
/** Numbers of a decision. */
export const SCORES = 6;

/** Fields of a decision among its codes. */
export const IS_ACTION = 0;
export const IS_REASON = 1;
export const IS_CONFLICT = 2;
/** Codes of a decision. */
export const OUTCOMES = 3;

const FIRST_SLOTS = 1 << 10;
/** Beyond these the table starts over: memory stays bounded, and a market that needs more repeats little anyway. */
const MOST_DECISIONS = 1 << 16;
const GROUP_FIELD = { TREND, MOMENTUM, VOLATILITY, VOLUME } as const;

/**
 * Decisions of one strategy by what its metrics say. Scores, action, safeguards and group sums of a bar depend on its two
 * masks alone (SPEC 5), and markets repeat themselves: a bar's decision is made once for each pair of masks.
 *
 * An open-addressed hash table in flat arrays; entry `i` has its masks in `keys`, its numbers in `scores`, its codes in
 * `outcomes`.
 */
export class DecisionTable {
  scores = new Float64Array(0);
  outcomes = new Int16Array(0);
  /** known low, known high, fired low, fired high. */
  private keys = new Uint32Array(0);
  private isTaken = new Uint8Array(0);
  private slots = 0;
  private count = 0;
  private readonly active: Mask;
  private readonly filters: Mask;

  constructor(private readonly rules: ScoringRules) {
    this.active = maskOf(rules.metrics);
    this.filters = maskOf(rules.metrics.filter((metric) => metric.side === 'FILTER'));
    this.allocate(FIRST_SLOTS);
  }

  /** Entry of the decision for these masks (words of 32 bits, unsigned). Valid until the next call. */
  entry(knownLow: number, knownHigh: number, firedLow: number, firedHigh: number): number {
    const slot = this.find(knownLow, knownHigh, firedLow, firedHigh);
    if (this.isTaken[slot] === 1) return slot;
    if (2 * this.count >= this.slots) {
      this.grow();
      return this.add(
        this.find(knownLow, knownHigh, firedLow, firedHigh),
        knownLow,
        knownHigh,
        firedLow,
        firedHigh,
      );
    }
    return this.add(slot, knownLow, knownHigh, firedLow, firedHigh);
  }

  /** The slot that holds these masks, or the free one where they belong. */
  private find(knownLow: number, knownHigh: number, firedLow: number, firedHigh: number): number {
    const { keys, isTaken, slots } = this;
    let hash = Math.imul(firedLow, 0x9e3779b1) ^ Math.imul(knownLow, 0x85ebca6b);
    hash ^= Math.imul(firedHigh, 0xc2b2ae35) ^ Math.imul(knownHigh, 0x27d4eb2f);
    let slot = (hash ^ (hash >>> 15)) & (slots - 1);
    while (isTaken[slot] === 1) {
      const at = 4 * slot;
      if (
        keys[at + 2] === firedLow &&
        keys[at] === knownLow &&
        keys[at + 3] === firedHigh &&
        keys[at + 1] === knownHigh
      )
        break;
      slot = (slot + 1) & (slots - 1);
    }
    return slot;
  }

  private add(
    slot: number,
    knownLow: number,
    knownHigh: number,
    firedLow: number,
    firedHigh: number,
  ): number {
    this.isTaken[slot] = 1;
    this.keys.set([knownLow, knownHigh, firedLow, firedHigh], 4 * slot);
    this.count++;
    this.decide(slot, [knownLow, knownHigh], [firedLow, firedHigh]);
    return slot;
  }

  private grow(): void {
    const { keys, isTaken, slots, count } = this;
    this.allocate(count >= MOST_DECISIONS ? FIRST_SLOTS : 2 * slots);
    if (count >= MOST_DECISIONS) return;
    for (let slot = 0; slot < slots; slot++) {
      if (isTaken[slot] === 0) continue;
      const [knownLow, knownHigh, firedLow, firedHigh] = keys.subarray(4 * slot, 4 * slot + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      this.add(this.find(knownLow, knownHigh, firedLow, firedHigh), knownLow, knownHigh, firedLow, firedHigh);
    }
  }

  private allocate(slots: number): void {
    this.slots = slots;
    this.count = 0;
    this.keys = new Uint32Array(4 * slots);
    this.isTaken = new Uint8Array(slots);
    this.scores = new Float64Array(SCORES * slots);
    this.outcomes = new Int16Array(OUTCOMES * slots);
  }

  /** SPEC 5 from the masks: sums in position order, then the action, then the first safeguard that holds. */
  private decide(slot: number, known: Mask, fired: Mask): void {
    const { rules, active, filters, scores, outcomes } = this;
    const at = SCORES * slot;
    for (const { position, side, group, weight } of rules.metrics) {
      if (side === 'FILTER' || !isSet(fired, position)) continue;
      scores[at + (side === 'BUY' ? BUY_SCORE : SELL_SCORE)]! += weight;
      scores[at + GROUP_FIELD[group]]! += side === 'BUY' ? weight : -weight;
    }
    const buy = scores[at + BUY_SCORE]!;
    const sell = scores[at + SELL_SCORE]!;
    const buyReached = buy >= rules.buyThreshold - SCORE_TOLERANCE;
    const sellReached = sell >= rules.sellThreshold - SCORE_TOLERANCE;
    let action: number = ACTION.SIDEWAY;
    if (buyReached && buy > sell + SCORE_TOLERANCE) action = ACTION.BUY;
    else if (sellReached && sell > buy + SCORE_TOLERANCE) action = ACTION.SELL;
    const isConflict = buyReached && sellReached;
    let reason: number = REASON.NONE;
    if (known[0] !== active[0] || known[1] !== active[1]) reason = REASON.INCOMPLETE;
    else if (isConflict) reason = REASON.CONFLICT;
    else if (action === ACTION.SIDEWAY) reason = REASON.NO_SIGNAL;
    else reason = filterReason(fired, filters) ?? weakness(rules, action, buy, sell);
    outcomes[OUTCOMES * slot + IS_ACTION] = action;
    outcomes[OUTCOMES * slot + IS_REASON] = reason;
    outcomes[OUTCOMES * slot + IS_CONFLICT] = isConflict ? 1 : 0;
  }
}

type Mask = readonly [low: number, high: number];

function maskOf(metrics: readonly MetricRule[]): Mask {
  const words: [number, number] = [0, 0];
  for (const { position } of metrics) words[position >> 5]! |= 1 << (position & 31);
  return [words[0] >>> 0, words[1] >>> 0];
}

function isSet(mask: Mask, position: number): boolean {
  return ((mask[position >> 5]! >>> (position & 31)) & 1) === 1;
}

/** The first filter that fired, or null. */
function filterReason(fired: Mask, filters: Mask): number | null {
  const low = fired[0] & filters[0];
  if (low !== 0) return REASON.FILTER + lowestBit(low);
  const high = fired[1] & filters[1];
  return high === 0 ? null : REASON.FILTER + 32 + lowestBit(high);
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** The safeguards on edge and confidence, in their order. */
function weakness(rules: ScoringRules, action: number, buy: number, sell: number): number {
  if (Math.abs(buy - sell) < rules.minEdge - SCORE_TOLERANCE) return REASON.WEAK_EDGE;
  const band = action === ACTION.BUY ? rules.buyBand : rules.sellBand;
  if (band === null) return REASON.NONE;
  const confidence = Math.max(buy, sell) / rules.maxScore;
  if (confidence < band[0] - SCORE_TOLERANCE) return REASON.LOW_CONFIDENCE;
  if (confidence > band[1] + SCORE_TOLERANCE) return REASON.OVER_CONFIDENCE;
  return REASON.NONE;
}
