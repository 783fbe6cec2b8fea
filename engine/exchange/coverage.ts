import type { PartitionState } from '../../warehouse/index.js';

/** Half-open `[from, to)` of open times, epoch ms. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What a partition holds, as stretches of open times without a missing bar. */
export class Coverage {
  private constructor(
    /** In time order, none empty, none touching another. */
    readonly present: readonly Stretch[],
  ) {}

  /**
   * @param state null: the partition does not exist
   * @param gaps of the partition, in time order
   */
  static of(
    state: PartitionState | null,
    gaps: readonly { readonly from_time: number; readonly to_time: number }[],
    durationMs: number,
  ): Coverage {
    if (state === null) return new Coverage([]);
    const present: Stretch[] = [];
    let from = state.firstCloseTime - durationMs + 1;
    for (const gap of gaps) {
      present.push({ from, to: gap.from_time });
      from = gap.to_time;
    }
    present.push({ from, to: state.lastCloseTime + 1 });
    return new Coverage(present);
  }

  /** Open time of the first bar, and the end of the last; null without any. */
  get span(): Stretch | null {
    if (this.present.length === 0) return null;
    return { from: this.present[0]!.from, to: this.present.at(-1)!.to };
  }

  /** What of `range` is not there, in time order. */
  missing(range: Stretch): Stretch[] {
    const found: Stretch[] = [];
    let from = range.from;
    for (const stretch of this.present) {
      if (stretch.to <= from) continue;
      if (stretch.from >= range.to) break;
      if (stretch.from > from) found.push({ from, to: stretch.from });
      from = stretch.to;
    }
    if (from < range.to) found.push({ from, to: range.to });
    return found;
  }
}

/** What of `stretch` lies in `range`; null: nothing. */
export function overlap(stretch: Stretch, range: Stretch): Stretch | null {
  const from = Math.max(stretch.from, range.from);
  const to = Math.min(stretch.to, range.to);
  return from < to ? { from, to } : null;
}

/** What of `stretch` lies outside all of `ranges`, in time order. */
export function without(stretch: Stretch, ranges: readonly Stretch[]): Stretch[] {
  let left: Stretch[] = [stretch];
  for (const range of ranges)
    left = left.flatMap(({ from, to }) =>
      [
        { from, to: Math.min(to, range.from) },
        { from: Math.max(from, range.to), to },
      ].filter((part) => part.from < part.to),
    );
  return left;
}
