import { type Coverage, overlap, type Stretch, without } from './coverage.js';
import type { MissingBars, MissingReason } from './report.js';

/**
 * Bars of `range` that are not in the warehouse, with the reason for each stretch, in time order.
 *
 * @param coverage after the download
 * @param failures stretches that could not be fetched or loaded
 */
export function missingBars(
  range: Stretch,
  durationMs: number,
  coverage: Coverage,
  failures: readonly Stretch[],
): MissingBars[] {
  if (range.from >= range.to) return [];
  const bars = ({ from, to }: Stretch, reason: MissingReason): MissingBars => ({
    from,
    to,
    bars: (to - from) / durationMs,
    reason,
  });
  return coverage
    .missing(range)
    .flatMap((stretch) => {
      const known = without(stretch, failures);
      const failed = known.length === 0 ? [stretch] : without(stretch, known);
      return [
        ...failed.map((part) => bars(part, 'failed')),
        ...known.map((part) => bars(part, reasonOf(part, coverage.span))),
      ];
    })
    .sort((a, b) => a.from - b.from);
}

/** @param span of the partition's bars */
function reasonOf(stretch: Stretch, span: Stretch | null): MissingReason {
  if (span === null || stretch.to <= span.from) return 'not_listed';
  return overlap(stretch, span) === null ? 'no_bars' : 'outage';
}
