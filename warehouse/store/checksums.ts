import { createHash, type Hash } from 'node:crypto';
import { endianness } from 'node:os';
import type { LogicalValues, Texts } from '../logical.js';
import { FACT_TABLES, type PartitionChecksum } from '../warehouse.js';
import type { Directory } from './directory.js';
import { piecesOf, scanSlices } from './scan.js';
import { type FactFilter, factPartitions, type Series, type WideSeries } from './series.js';
import type { ScanColumn, Source } from './source.js';
import { quote } from './sql.js';
import type { Store } from './store.js';

/** Values held between a scan and their turn in the hash: 32 MB of doubles. */
const HELD_VALUES = 4_194_304;

/** Checksums of SPEC 9 by table, strategy, version, symbol, interval. A partition without rows has none. */
export async function* checksums(
  store: Store,
  directory: Directory,
  filter: FactFilter,
): AsyncGenerator<PartitionChecksum> {
  // The sum is over little-endian doubles, and they are hashed as they lie in memory.
  if (endianness() !== 'LE') throw new Error('warehouse: checksums need a little-endian machine');
  for (const table of FACT_TABLES) {
    for (const { series, wide, ...key } of await factPartitions(store, directory, table, filter)) {
      const parts =
        wide === null
          ? [await plainChecksum(store, series[0]!)]
          : await wideChecksums(store, wide.source, wide.series);
      const sum = createHash('sha256');
      let rows = 0;
      for (const part of parts) {
        if (part.rows > 0) sum.update(`${part.code} ${part.hash}\n`);
        rows += part.rows;
      }
      if (rows > 0) yield { ...key, rows, checksum: sum.digest('hex') };
    }
  }
}

interface SeriesChecksum {
  readonly code: string;
  readonly rows: number;
  readonly hash: string;
}

/** A hash takes whole columns one after the other: one is hashed as it is read, as many as fit are held meanwhile. */
async function plainChecksum(store: Store, { code, source, columns }: Series): Promise<SeriesChecksum> {
  const rows = await countRows(store, source);
  const hash = createHash('sha256');
  for (const group of groupsOf(columns, rows)) {
    const held: LogicalValues[][] = group.map(() => []);
    const inputs = group.flatMap((column) => column.inputs);
    for await (const { arrays } of piecesOf(scanSlices(store, source, inputs, {}))) {
      let first = 0;
      for (const [i, column] of group.entries()) {
        const values = column.compute(arrays.slice(first, first + column.inputs.length));
        first += column.inputs.length;
        if (i === 0) update(hash, values);
        else held[i]!.push(values);
      }
    }
    for (const parts of held) for (const values of parts) update(hash, values);
  }
  return { code, rows, hash: hash.digest('hex') };
}

/** Series of one wide table side by side: their times are hashed as they are read, their values held. */
async function wideChecksums(
  store: Store,
  source: Source,
  series: readonly WideSeries[],
): Promise<SeriesChecksum[]> {
  const found: SeriesChecksum[] = [];
  const time = { name: 'row_time', kind: 'time', expression: quote(source.timeColumn) } as const;
  for (const group of groupsOf(series, await countRows(store, source))) {
    const hashes = group.map(() => createHash('sha256'));
    const held = group.map((): Float64Array[] => []);
    const counts = group.map(() => 0);
    const inputs = new Map<string, ScanColumn>(
      [time, ...group.flatMap((one) => one.inputs)].map((c) => [c.name, c]),
    );
    const names = [...inputs.keys()];
    for await (const { arrays } of piecesOf(scanSlices(store, source, [...inputs.values()], {}))) {
      const times = arrays[0] as Float64Array;
      for (const [i, one] of group.entries()) {
        const known = one.pick(
          times,
          one.inputs.map(({ name }) => arrays[names.indexOf(name)]!),
        );
        update(hashes[i]!, known.times);
        held[i]!.push(known.values);
        counts[i]! += known.times.length;
      }
    }
    for (const [i, { code }] of group.entries()) {
      for (const values of held[i]!) update(hashes[i]!, values);
      found.push({ code, rows: counts[i]!, hash: hashes[i]!.digest('hex') });
    }
  }
  return found;
}

function* groupsOf<T>(items: readonly T[], rows: number): Generator<readonly T[]> {
  const size = Math.max(1, Math.floor(HELD_VALUES / Math.max(1, rows)));
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

async function countRows(store: Store, source: Source): Promise<number> {
  const found = await store.rows<{ n: number }>(
    `SELECT count(*) AS n FROM ${source.table} WHERE ${source.where}`,
  );
  return found[0]!.n;
}

function update(hash: Hash, values: LogicalValues): void {
  if (values instanceof Float64Array)
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  else hash.update(terminated(values));
}

/** Every text with a NUL after it; NULL as the empty text. */
function terminated({ values, index }: Texts): Uint8Array {
  let bytes = index.length;
  for (const row of index) bytes += values[row]?.length ?? 0;
  const joined = new Uint8Array(bytes);
  let offset = 0;
  for (const row of index) {
    const value = values[row];
    if (value) {
      joined.set(value, offset);
      offset += value.length;
    }
    // The array is zero where nothing was set: the NUL is there.
    offset++;
  }
  return joined;
}
