import type { PartitionKey, Warehouse } from '../../warehouse/index.js';
import type { Versions } from '../versions.js';
import { messageKey } from './topics.js';

/** What everything in a running stream shares. */
export interface StreamContext {
  readonly warehouse: Warehouse;
  readonly versions: Versions;
  /** Run of the ledger. */
  readonly runId: number;
  /** Epoch ms; bars that have not closed by then are OPEN_BAR. */
  readonly now: () => number;
  readonly loaded: LoadedPartitions;
}

/** Partitions that hold bars: finding them in the warehouse anew would read every bar. */
export class LoadedPartitions {
  readonly #keys = new Map<string, PartitionKey>();

  add({ symbol, interval }: PartitionKey): void {
    const key = { symbol, interval };
    this.#keys.set(messageKey(key), key);
  }

  list(): readonly PartitionKey[] {
    return [...this.#keys.values()];
  }
}
