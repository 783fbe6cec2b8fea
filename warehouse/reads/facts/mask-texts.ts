import type { StrategyRecord } from '../../strategy.js';

/** A mask has up to 62 bits; a number keeps 53, so that it comes in two halves. */
const HALF_BITS = 31;
/** Texts that are kept: a market shows some thousand masks. */
const MAX_KEPT = 10_000;

/** The halves of a mask as expressions. */
export const halvesOf = (mask: string): string[] => [
  `(${mask} & ${2 ** HALF_BITS - 1})`,
  `(${mask} >> ${HALF_BITS})`,
];

/**
 * Codes of the active metrics whose bit is as wanted, in position order, joined by `;`.
 *
 * @returns a function of the strategy's id and the two halves of the mask
 */
export function maskTexts(
  records: readonly StrategyRecord[],
  wanted: 0 | 1,
): (strategyId: number, low: number, high: number) => string {
  const strategies = new Map(
    records.map(({ strategyId, document }) => [strategyId, { metrics: document.metrics, kept: new Map() }]),
  );
  return (strategyId, low, high) => {
    const { metrics, kept } = strategies.get(strategyId)!;
    // Exact up to 53 positions; strategies with more are not kept.
    const key = metrics.length <= 53 ? high * 2 ** HALF_BITS + low : null;
    const known = key === null ? undefined : (kept.get(key) as string | undefined);
    if (known !== undefined) return known;
    const isSet = (position: number): boolean =>
      (position < HALF_BITS ? (low >> position) & 1 : (high >> (position - HALF_BITS)) & 1) === wanted;
    const text = metrics
      .filter(({ active }, position) => active && isSet(position))
      .map(({ code }) => code)
      .join(';');
    if (kept.size === MAX_KEPT) kept.clear();
    if (key !== null) kept.set(key, text);
    return text;
  };
}
