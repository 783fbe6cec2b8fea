import {
  type KnownChange,
  type PartitionKey,
  PartitionMovedError,
  type WriteSession,
} from '../warehouse/index.js';

/** Number of each partition's newest change when the work was planned, by symbol and interval. */
export type PlannedChanges = ReadonlyMap<string, number>;

export function plannedChanges(changes: readonly KnownChange[]): PlannedChanges {
  return new Map(changes.map((change) => [nameOf(change), change.seq]));
}

/**
 * Makes the partition the session's alone. What a plan replaces was read before that: a stream, or another run, may have
 * written bars and facts meanwhile, which would be taken away.
 *
 * @throws PartitionMovedError when its klines are not those that were planned with
 */
export async function ownAsPlanned(
  session: WriteSession,
  key: PartitionKey,
  planned: PlannedChanges,
): Promise<void> {
  const [moved] = await session.movedSince([{ ...key, seq: planned.get(nameOf(key)) ?? 0 }]);
  if (moved !== undefined) throw new PartitionMovedError(moved);
}

const nameOf = ({ symbol, interval }: PartitionKey): string => `${symbol}|${interval}`;
