import { RESAMPLE_VERSION } from '../../kernels/index.js';
import type {
  GapRow,
  KlineChange,
  PartitionKey,
  PartitionState,
  ResampleHead,
} from '../../warehouse/index.js';
import { durationOf, gridOffset } from '../interval.js';

/** A partition that is derived from a finer one of the same symbol. */
export interface Derivative {
  readonly symbol: string;
  readonly source: string;
  readonly target: string;
}

/** Everything that decides what to resample; plain data, read from the warehouse. */
export interface ResamplePlanInput {
  readonly wanted: readonly Derivative[];
  readonly partitions: readonly PartitionState[];
  readonly changes: readonly KlineChange[];
  readonly heads: readonly ResampleHead[];
  /** Of the derived partitions. */
  readonly gaps: readonly GapRow[];
  /** Epoch ms: what has closed by then can be a bar. */
  readonly now: number;
  /** Incomplete buckets are wanted too. */
  readonly partial: boolean;
  /** Everything is looked at, stale or not: bars that stand may have to give way. */
  readonly revise: boolean;
}

/** Open times of whole buckets, half-open. */
export interface BucketRange {
  readonly from: number;
  readonly to: number;
}

/** Stale buckets of one derivative: sorted, disjoint ranges. */
export interface ResampleTask extends Derivative {
  readonly ranges: readonly BucketRange[];
  /** Of the source's last bar. */
  readonly sourceCloseTime: number;
  readonly reason: string;
}

/** What is stale, and nothing else, in the order of `wanted`. Pure. Derivatives without a loaded source are left alone. */
export function planResample(input: ResamplePlanInput): ResampleTask[] {
  return input.wanted.flatMap((derivative): ResampleTask[] => {
    const source = input.partitions.find(
      ({ symbol, interval }) => symbol === derivative.symbol && interval === derivative.source,
    );
    if (source === undefined || source.rows === 0) return [];
    const { ranges, reason } = staleness(derivative, source, input);
    const buckets = wholeBuckets(ranges, source, derivative.target);
    return buckets.length === 0
      ? []
      : [{ ...derivative, ranges: buckets, sourceCloseTime: source.lastCloseTime, reason }];
  });
}

/** Close times of source bars, both ends included, and why they are stale. */
interface Staleness {
  readonly ranges: readonly { readonly fromTime: number; readonly toTime: number }[];
  readonly reason: string;
}

function staleness(derivative: Derivative, source: PartitionState, input: ResamplePlanInput): Staleness {
  const all = [{ fromTime: source.firstCloseTime, toTime: source.lastCloseTime }];
  const head = input.heads.find(
    ({ symbol, interval, source: from }) =>
      symbol === derivative.symbol && interval === derivative.target && from === derivative.source,
  );
  if (head === undefined) return { ranges: all, reason: 'never resampled' };
  if (head.version !== RESAMPLE_VERSION) return { ranges: all, reason: 'resampling version' };
  if (input.revise) return { ranges: all, reason: 'asked to revise' };
  const seen = input.partial ? head.partialSeq : head.seq;
  const unseen = input.changes.filter(
    ({ symbol, interval, seq }) =>
      seq > seen && symbol === derivative.symbol && interval === derivative.source,
  );
  const ranges = input.partial ? [...unseen, ...closedSince(derivative, source, input)] : unseen;
  if (unseen.length === 0) return { ranges, reason: 'a bucket that has closed' };
  if (unseen.every(({ seq }) => seq <= head.seq)) return { ranges, reason: 'partial buckets' };
  return {
    ranges,
    reason: unseen.some(({ seq, revised }) => seq > head.seq && revised > 0) ? 'revised bars' : 'new bars',
  };
}

/**
 * The source's last bucket, when it was still open the last time: no bar came, but time went by. Only the last one can
 * have been, and once it has closed there is a bar.
 */
function closedSince(
  { symbol, target }: Derivative,
  source: PartitionState,
  { partitions, gaps, now }: ResamplePlanInput,
): Staleness['ranges'] {
  const durationMs = durationOf(target);
  const offset = gridOffset(durationMs);
  const bucket = Math.floor((source.lastCloseTime - offset) / durationMs) * durationMs + offset;
  const closeTime = bucket + durationMs - 1;
  if (closeTime >= now || closeTime <= source.lastCloseTime) return [];
  const isTarget = (key: PartitionKey): boolean => key.symbol === symbol && key.interval === target;
  const state = partitions.find(isTarget);
  const isThere =
    state !== undefined &&
    state.firstCloseTime <= closeTime &&
    closeTime <= state.lastCloseTime &&
    !gaps.some((gap) => isTarget(gap) && gap.from_time <= bucket && bucket < gap.to_time);
  return isThere ? [] : [{ fromTime: source.lastCloseTime, toTime: source.lastCloseTime }];
}

/** The buckets of these bars, as far as the source reaches. */
function wholeBuckets(
  ranges: Staleness['ranges'],
  source: PartitionState,
  target: string,
): readonly BucketRange[] {
  const durationMs = durationOf(target);
  const offset = gridOffset(durationMs);
  const bucketOf = (time: number): number => Math.floor((time - offset) / durationMs) * durationMs + offset;
  const first = bucketOf(source.firstCloseTime);
  const end = bucketOf(source.lastCloseTime) + durationMs;
  const buckets = ranges
    .map(({ fromTime, toTime }) => ({
      from: Math.max(first, bucketOf(fromTime)),
      to: Math.min(end, bucketOf(toTime) + durationMs),
    }))
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const range of buckets) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to) last.to = Math.max(last.to, range.to);
    else merged.push({ ...range });
  }
  return merged;
}
