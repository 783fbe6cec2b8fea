import type { PartitionChecksum, Snapshot, Warehouse } from '../../warehouse/index.js';

/** Checksums of every partition of every fact (SPEC 9), side by side. */
export interface ChecksumComparison {
  readonly compared: number;
  /** Those that are not the same, or stand on one side only; rows as the source has them, 0 where it has none. */
  readonly differing: readonly PartitionChecksum[];
}

export async function compareChecksums(source: Snapshot, target: Warehouse): Promise<ChecksumComparison> {
  const theirs = new Map<string, PartitionChecksum>();
  for await (const row of target.checksums({})) theirs.set(idOf(row), row);
  const differing: PartitionChecksum[] = [];
  let compared = 0;
  for await (const row of source.checksums({})) {
    compared++;
    const same = theirs.get(idOf(row));
    theirs.delete(idOf(row));
    if (same?.checksum !== row.checksum) differing.push(row);
  }
  for (const row of theirs.values()) differing.push({ ...row, rows: 0 });
  return { compared: compared + theirs.size, differing };
}

function idOf({ table, strategy, version, symbol, interval }: PartitionChecksum): string {
  return JSON.stringify([table, strategy, version, symbol, interval]);
}
