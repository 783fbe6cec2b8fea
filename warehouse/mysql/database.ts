import { setTimeout as sleep } from 'node:timers/promises';
import { WarehouseGoneError, WarehouseLostError } from '../errors.js';
import { connect, type ServerLimits } from './connect.js';
import { MySqlDirectory } from './directory.js';
import { Encoder } from './encoder.js';
import { isMarked, setMark } from './marks.js';
import { MySqlStore } from './store.js';
import { type MySqlTarget, parseUrl, withoutPassword } from './url.js';

/** Connections that are kept for the next user. */
const IDLE = 4;
/** How long work that can be begun again waits for a server that is gone: a restart takes seconds. */
const PATIENCE_MS = 60_000;
/** Waiting that is longer than this is told: a deadlock is solved sooner. */
const UNTOLD_MS = 2_000;
/**
 * Silence after which the server ends a connection. A client whose network was cut says no goodbye, and its locks would stand
 * for `wait_timeout`, eight hours unless the server is set up otherwise. Who lives but has nothing to ask says so in between.
 */
const SILENCE_S = 600;

/** The same once the user has given up: a deadlock is still solved. */
const LAST_PATIENCE_MS = 2_000;

export interface Patience {
  /** How long work that can be begun again waits for a server that is away; 60,000. */
  readonly patienceMs?: number | undefined;
  /** After how much silence the server ends a connection; 600. */
  readonly silenceS?: number | undefined;
  /** Shortens the waiting to 2 s from then on. */
  readonly signal?: AbortSignal | undefined;
}

/** One database on a server: its connections, and what its users agree on. */
export class MySqlDatabase {
  readonly url: string;
  readonly directory = new MySqlDirectory();
  readonly name: string;
  readonly #target: MySqlTarget;
  readonly #idle: MySqlStore[] = [];
  readonly #all = new Set<MySqlStore>();
  readonly #encoder = new Encoder();
  #limits: ServerLimits = { isLocal: false, packetBytes: 0 };
  readonly #note: (line: string) => void;
  readonly #patienceMs: number;
  readonly #silenceS: number;
  readonly #signal: AbortSignal | null;
  /** Nobody waits longer, epoch ms. */
  #lastWait = Number.POSITIVE_INFINITY;
  readonly #heartbeat: NodeJS.Timeout;
  #isClosed = false;

  private constructor(
    url: string,
    target: MySqlTarget,
    note: (line: string) => void,
    { patienceMs = PATIENCE_MS, silenceS = SILENCE_S, signal }: Patience,
  ) {
    this.url = url;
    this.name = target.database;
    this.#target = target;
    this.#note = note;
    this.#patienceMs = patienceMs;
    this.#silenceS = silenceS;
    this.#signal = signal ?? null;
    const hurry = (): void => {
      this.#lastWait = Date.now() + LAST_PATIENCE_MS;
    };
    if (signal?.aborted) hurry();
    else signal?.addEventListener('abort', hurry, { once: true });
    const beat = (): void => {
      for (const store of this.#all) store.ping();
    };
    this.#heartbeat = setInterval(beat, silenceS * 250).unref();
  }

  /**
   * @param note is told, once, that bulk writes go the slow way, and when a server is waited for
   * @throws WarehouseAccessError, WarehouseLostError: a line that names what is wrong
   */
  static async open(
    url: string,
    note: (line: string) => void,
    patience: Patience = {},
  ): Promise<MySqlDatabase> {
    const database = new MySqlDatabase(withoutPassword(url), parseUrl(url), note, patience);
    try {
      await database.#learn();
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  async #learn(): Promise<void> {
    const store = await this.#connect();
    try {
      const [server] = await store.rows<{ local: number; packet: number }>(
        'SELECT @@local_infile AS "local", @@max_allowed_packet AS packet',
      );
      this.#limits = { isLocal: server!.local === 1, packetBytes: server!.packet };
      if (server!.local !== 1)
        this.#note(
          `${this.url}: the server forbids LOAD DATA LOCAL (local_infile = 0); rows go in by INSERT, which is slower`,
        );
      await this.directory.load(store);
    } finally {
      // It was made before the limits were known.
      this.discard(store);
    }
  }

  /** A connection for one user at a time: `release` or `discard` it. */
  async take(): Promise<MySqlStore> {
    for (let store = this.#idle.pop(); store !== undefined; store = this.#idle.pop())
      if (!store.isBroken) return store;
      else this.discard(store);
    return this.#connect();
  }

  release(store: MySqlStore): void {
    if (store.isBroken || this.#isClosed || this.#idle.length >= IDLE) this.discard(store);
    else this.#idle.push(store);
  }

  discard(store: MySqlStore): void {
    this.#all.delete(store);
    store.destroy();
  }

  /** Runs `task` on a connection of its own; begins it again when the connection was lost. */
  use<T>(task: (store: MySqlStore) => Promise<T>): Promise<T> {
    return this.patiently(async () => {
      const store = await this.take();
      try {
        return await task(store);
      } finally {
        this.release(store);
      }
    });
  }

  /** Runs `task` in a transaction of its own; begins it again when the connection was lost or a deadlock solved. */
  write<T>(task: (store: MySqlStore) => Promise<T>): Promise<T> {
    return this.use((store) => this.transaction(store, () => task(store)));
  }

  /** Runs `task` in a transaction on this connection. */
  async transaction<T>(store: MySqlStore, task: () => Promise<T>): Promise<T> {
    await store.run('START TRANSACTION');
    try {
      const result = await task();
      await this.commit(store);
      return result;
    } catch (error) {
      await rollbackQuietly(store);
      throw error;
    }
  }

  /**
   * Commits the transaction of this connection. When the connection is lost before the answer comes, another one looks
   * whether the transaction's mark stands: done again, what was committed would be counted and told otherwise.
   *
   * @throws WarehouseLostError: nothing of it was written; WarehouseGoneError: nobody came back to say so
   */
  async commit(store: MySqlStore): Promise<void> {
    const mark = await setMark(store);
    try {
      await store.run('COMMIT');
    } catch (error) {
      if (!store.isBroken || !(await this.use((other) => isMarked(other, mark)))) throw error;
    }
  }

  /** Streams from a snapshot: what commits meanwhile is not seen. */
  async *snapshot<T>(task: (store: MySqlStore) => AsyncIterable<T>): AsyncGenerator<T> {
    const store = await this.beginSnapshot();
    try {
      yield* task(store);
    } finally {
      await rollbackQuietly(store);
      this.release(store);
    }
  }

  /** A connection with a transaction that reads one moment of the database. */
  beginSnapshot(): Promise<MySqlStore> {
    return this.#begin([
      'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ',
      'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
    ]);
  }

  /** A connection with a transaction that writes. */
  begin(): Promise<MySqlStore> {
    return this.#begin(['START TRANSACTION']);
  }

  #begin(statements: readonly string[]): Promise<MySqlStore> {
    return this.patiently(async () => {
      const store = await this.take();
      try {
        for (const sql of statements) await store.run(sql);
        return store;
      } catch (error) {
        this.discard(store);
        throw error;
      }
    });
  }

  /** Reads the dimensions again. */
  reload(): Promise<void> {
    return this.use((store) => this.directory.load(store));
  }

  /** Ends every connection. What was not committed is undone. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    for (const store of this.#all) this.discard(store);
    this.#encoder.close();
  }

  /** @throws WarehouseGoneError when no server came back in time */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    const begin = Date.now();
    let isTold = false;
    for (let wait = 50; ; wait = Math.min(2 * wait, 2_000))
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof WarehouseLostError) || this.#isClosed) throw error;
        const waited = Date.now() - begin;
        if (waited + wait > this.#patienceMs || Date.now() + wait > this.#lastWait)
          throw new WarehouseGoneError(
            `${error.message}; waited ${Math.round(waited / 1_000)} s for it to come back`,
            { cause: error },
          );
        if (!isTold && waited + wait > UNTOLD_MS) {
          isTold = true;
          this.#note(`${error.message}; waiting up to ${Math.round(this.#patienceMs / 1_000)} s for it`);
        }
        // Two that met in a deadlock should not meet again.
        await this.#pause(wait * (0.5 + Math.random()));
      }
  }

  /** The signal ends it early. */
  async #pause(ms: number): Promise<void> {
    const signal = this.#signal;
    if (signal === null || signal.aborted) await sleep(ms);
    else await sleep(ms, undefined, { signal }).catch(() => undefined);
  }

  async #connect(): Promise<MySqlStore> {
    if (this.#isClosed) throw new Error(`warehouse: ${this.url} was closed`);
    const store = new MySqlStore(
      await connect(this.#target, this.url, this.#silenceS),
      this.url,
      this.#limits,
      this.#encoder,
    );
    this.#all.add(store);
    return store;
  }
}

/** Undoes a transaction; on a connection that is gone the server does. */
export async function rollbackQuietly(store: MySqlStore): Promise<void> {
  if (!store.isBroken) await store.run('ROLLBACK').catch(() => store.destroy());
}
