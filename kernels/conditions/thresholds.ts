import type { Condition, ThresholdUse } from './condition.js';

/** Thresholds with every default filled in, or the field that is wrong and a sentence with what is allowed. */
export type ResolvedThresholds =
  | { readonly start: number; readonly end: number }
  | {
      readonly field: 'start' | 'end' | 'reference';
      /** What is wrong and what is allowed, without the field's path and value. */
      readonly error: string;
    };

/**
 * Checks the thresholds of a metric against SPEC 4 and fills in absent ones: with a reference every absent threshold is
 * `condition.absent`, so a required one may be left out. A threshold that the direction refuses resolves to `absent`.
 *
 * @param start `threshold_start`, null when absent
 * @param end `threshold_end`, null when absent
 */
export function resolveThresholds(
  condition: Condition,
  hasReference: boolean,
  start: number | null,
  end: number | null,
): ResolvedThresholds {
  const { direction, absent } = condition;
  if (hasReference && condition.subject === 'from_close')
    return {
      field: 'reference',
      error: `${direction} compares the close with the indicator; allowed: no reference`,
    };
  for (const [field, value] of [
    ['start', start],
    ['end', end],
  ] as const) {
    const error = thresholdError(condition, condition[field], field, value, hasReference);
    if (error !== null) return { field, error };
  }
  const resolved = { start: start ?? absent, end: end ?? absent };
  const usesBoth = condition.start !== 'refused' && condition.end !== 'refused';
  if (usesBoth && resolved.start > resolved.end)
    return {
      field: 'start',
      error: `${direction} has start ${resolved.start} above end ${resolved.end}; allowed: start <= end`,
    };
  return resolved;
}

function thresholdError(
  { direction }: Condition,
  use: ThresholdUse,
  field: string,
  value: number | null,
  hasReference: boolean,
): string | null {
  if (value === null)
    return use === 'required' && !hasReference ? `${direction} needs ${field}; allowed: a number` : null;
  if (use === 'refused') return `${direction} does not use ${field}; allowed: no ${field}`;
  return Number.isFinite(value) ? null : `${direction} has ${field} ${value}; allowed: a finite number`;
}
