import {
  ACTION,
  FALSE,
  newPredictions,
  REASON,
  Scorer,
  type ScoringRules,
  TRUE,
  UNKNOWN,
} from '../../kernels/index.js';

/** One metric that, were it the other way, would make a bar tradable. */
export interface Flip {
  /** Index in the active metrics. */
  readonly index: number;
  readonly closeness: number;
  readonly action: 'BUY' | 'SELL';
}

/**
 * The single change of one known metric (0 to 1 or 1 to 0) that makes the bar tradable and is nearest to happening.
 *
 * @param truth one an active metric, in position order
 * @param closeness one an active metric; ties go to the lower position
 * @returns null: no single change does
 */
export function singleFlip(
  rules: ScoringRules,
  truth: readonly number[],
  closeness: readonly number[],
): Flip | null {
  const columns = truth.map((value) => Uint8Array.of(value));
  const out = newPredictions(1);
  const score = new Scorer(rules).bind(columns, out);
  let best: Flip | null = null;
  for (const [index, value] of truth.entries()) {
    if (value === UNKNOWN) continue;
    columns[index]![0] = value === TRUE ? FALSE : TRUE;
    score(0, 1);
    columns[index]![0] = value;
    const isTradable = out.reason[0] === REASON.NONE && out.action[0] !== ACTION.SIDEWAY;
    if (!isTradable || (best !== null && closeness[index]! >= best.closeness)) continue;
    best = { index, closeness: closeness[index]!, action: out.action[0] === ACTION.BUY ? 'BUY' : 'SELL' };
  }
  return best;
}
