import { type PartitionKey, readLoads, type Warehouse } from '../../warehouse/index.js';
import { parseLoadReason } from '../load/reason.js';
import { dumpOf, type Instrument } from './market.js';

/** Dumps that this warehouse has loaded, whatever the cache holds: it may be shared, or not there any more. */
export class LoadedDumps {
  static readonly NONE = new LoadedDumps(new Map());

  private constructor(private readonly hashes: ReadonlyMap<string, string>) {}

  static async of(warehouse: Warehouse, key: PartitionKey): Promise<LoadedDumps> {
    const loads = (await readLoads(warehouse, key)).map(parseLoadReason).filter((load) => load !== null);
    // The newest of a name counts.
    return new LoadedDumps(new Map(loads.map(({ name, sha256 }) => [name, sha256])));
  }

  /** SHA-256 of the bytes that were loaded last under this name, hex; null: none were. */
  sha256(fileName: string): string | null {
    return this.hashes.get(fileName) ?? null;
  }

  /** Starts of the days whose daily dumps were loaded, epoch ms. */
  days(instrument: Instrument, interval: string): number[] {
    return [...this.hashes.keys()].flatMap((name) => {
      const day = Date.parse(`${/(\d{4}-\d{2}-\d{2})\.zip$/.exec(name)?.[1]}T00:00Z`);
      const isOurs = !Number.isNaN(day) && dumpOf(instrument, interval, 'daily', day).fileName === name;
      return isOurs ? [day] : [];
    });
  }
}
