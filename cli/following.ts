import { syncReplica } from '../engine/index.js';
import type { Warehouse } from '../warehouse/index.js';
import { note } from './output.js';
import { type ReplicaOptions, withScans } from './replicas.js';

/** Between two looks at the warehouse, ms: how far a replica may be behind, beside the time that copying takes. */
const PAUSE_MS = 1000;

/**
 * Runs `work` where scans belong (see `withScans`), for as long as it takes: a replica follows its warehouse meanwhile.
 *
 * @param work takes what to read, and what brings it up to date at once
 */
export function withFollower<T>(
  source: Warehouse,
  options: ReplicaOptions,
  work: (scanned: Warehouse, follow: () => Promise<void>) => Promise<T>,
): Promise<T> {
  return withScans(source, options, async (scanned) => {
    if (scanned === source) return work(source, async () => {});
    const follower = new Follower(source, scanned);
    try {
      return await work(scanned, () => follower.follow());
    } finally {
      await follower.end();
    }
  });
}

class Follower {
  readonly #source: Warehouse;
  readonly #replica: Warehouse;
  /** The last sync that was asked for: one writes at a time. */
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isEnding = false;
  #isFailing = false;

  constructor(source: Warehouse, replica: Warehouse) {
    this.#source = source;
    this.#replica = replica;
    this.#wait();
  }

  /** Copies what is new. What is under way is waited for first: it may have begun before the last commit. */
  follow(): Promise<void> {
    const turn = this.#turn.then(() => this.#sync());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Ends what is under way; its partition is rolled back, and the next sync does it again. */
  async end(): Promise<void> {
    this.#isEnding = true;
    clearTimeout(this.#timer);
    await this.#turn;
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.#tick(), PAUSE_MS);
  }

  async #tick(): Promise<void> {
    try {
      await this.follow();
      if (this.#isFailing) note(`${this.#replica.url} follows again`);
      this.#isFailing = false;
    } catch (error) {
      // A server that is away for an hour is one line, not 3,600.
      if (!this.#isFailing && !this.#isEnding)
        note(`${this.#replica.url} cannot follow, readers see it as it was: ${(error as Error).message}`);
      this.#isFailing = true;
    }
    if (!this.#isEnding) this.#wait();
  }

  async #sync(): Promise<void> {
    if (this.#isEnding) throw new Error('replica: the server is ending');
    await syncReplica(this.#source, this.#replica, {
      onRows: () => {
        if (this.#isEnding) throw new Error('replica: the server is ending');
      },
    });
  }
}
