import { ACTION, FALSE, REASON, Scorer, type ScoringRules, TRUE, UNKNOWN } from '../../kernels/index.js';
import { allocatePredictions } from '../stages/prediction-columns.js';

/** What scoring says of one bar. */
interface Verdict {
  readonly action: 'BUY' | 'SELL' | 'SIDEWAY';
  /** As stored; 0: tradable. */
  readonly reason: number;
}

/** One metric that, were it the other way, would make a bar tradable. */
export interface Flip {
  /** Index in the active metrics. */
  readonly index: number;
  readonly closeness: number;
  readonly action: 'BUY' | 'SELL';
}

/** Scores one bar. @param truth one an active metric */
function verdictOf(scorer: Scorer, truth: readonly number[]): Verdict {
  const out = allocatePredictions(1);
  const columns = truth.map((value) => Uint8Array.of(value));
  scorer.score(columns, out, 0, 1);
  const action = out.action[0] === ACTION.BUY ? 'BUY' : out.action[0] === ACTION.SELL ? 'SELL' : 'SIDEWAY';
  return { action, reason: out.reason[0]! };
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
  const scorer = new Scorer(rules);
  let best: Flip | null = null;
  for (const [index, value] of truth.entries()) {
    if (value === UNKNOWN) continue;
    const { action, reason } = verdictOf(scorer, truth.with(index, value === TRUE ? FALSE : TRUE));
    if (reason !== REASON.NONE || action === 'SIDEWAY') continue;
    if (best === null || closeness[index]! < best.closeness)
      best = { index, closeness: closeness[index]!, action };
  }
  return best;
}
