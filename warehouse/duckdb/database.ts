import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { WarehouseAccessError, WarehouseFailedError, WarehouseHeldError } from '../errors.js';
import { makeFolder } from '../make-folder.js';
import { text } from '../store/sql.js';
import type { BulkAppender } from './append.js';
import { DuckDbDirectory } from './directory.js';
import { FewRows } from './few-rows.js';
import { Mutex } from './mutex.js';
import { DuckDbStore } from './store.js';
import { ThreadCount } from './thread-count.js';
import { UnderWay } from './under-way.js';

export interface DatabaseOptions {
  readonly memoryLimit: string;
  /** Null: as many as there are cores. */
  readonly threads: number | null;
  readonly readOnly: boolean;
}

/** Size of the log from which on a commit brings it into the file. */
const LOG_LIMIT = '256MB';
/**
 * From here on a transaction goes into the file without the log: it is written once instead of twice, a tenth of the time of
 * a recompute that has not filled its first row groups. Some 5,000 bars with all their facts.
 */
const LARGE_COMMIT_BYTES = 4 * 2 ** 20;

/** Connections that wait for the next short look. */
const MAX_IDLE = 8;

/** A connection that sessions use one after the other, with the statements and the chunks that it has prepared. */
export interface WriterConnection {
  readonly connection: DuckDBConnection;
  readonly fewRows: FewRows;
  /** By table. */
  readonly appenders: Map<string, BulkAppender>;
}

/** Open files of this process: a second instance on a file would open silently and lose writes (FIELDNOTES). */
const open = new Map<string, Promise<Database>>();

/** One DuckDB file, shared by everyone in the process who opened it, and what they must agree on. */
export class Database {
  readonly url: string;
  readonly isReadOnly: boolean;
  readonly directory = new DuckDbDirectory();
  /** Held while a session commits and while ids are given out. */
  readonly mutex = new Mutex();
  readonly #threads: ThreadCount;
  readonly #instance: DuckDBInstance;
  readonly #memoryLimit: string;
  readonly #key: string | null;
  readonly #connections = new Set<DuckDBConnection>();
  readonly #idle: DuckDBConnection[] = [];
  /** Rises when a commit begins and again when it has ended: odd while one is under way. */
  #commits = 0;
  /** Answers to statements that were asked of the newest snapshot. */
  readonly answers = new Map<string, readonly unknown[]>();
  readonly #writers: WriterConnection[] = [];
  readonly #idleWriters: WriterConnection[] = [];
  /** Tasks that have a connection of their own. */
  readonly #underWay = new UnderWay();
  #users = 0;
  #broken: WarehouseFailedError | null = null;
  #closing: Promise<void> | null = null;

  private constructor(url: string, key: string | null, instance: DuckDBInstance, options: DatabaseOptions) {
    this.url = url;
    this.#key = key;
    this.#instance = instance;
    this.#memoryLimit = options.memoryLimit;
    this.isReadOnly = options.readOnly;
    const all = options.threads === null ? 'RESET threads' : `SET threads = ${options.threads}`;
    this.#threads = new ThreadCount((isOne) =>
      this.use(({ connection }) => connection.run(isOne ? 'SET threads = 1' : all)),
    );
  }

  /**
   * @param path a file, or `:memory:`, which is a new database each time
   * @throws WarehouseHeldError when another process has the file
   */
  static async open(path: string, options: DatabaseOptions): Promise<Database> {
    if (path === ':memory:') {
      const database = await Database.#create(path, null, options);
      database.#users = 1;
      return database;
    }
    const key = fileKey(path, options.readOnly);
    let pending = open.get(key);
    if (pending === undefined) {
      pending = Database.#create(path, key, options);
      open.set(key, pending);
      pending.catch(() => open.delete(key));
    }
    const database = await pending;
    // Its last user may have closed it meanwhile, or be about to.
    if (database.#closing !== null) {
      await database.#closing;
      return Database.open(path, options);
    }
    if (database.isReadOnly && !options.readOnly)
      throw new Error(
        `warehouse: ${database.url} is open read-only in this process; close it before writing`,
      );
    database.#users++;
    return database;
  }

  static async #create(path: string, key: string | null, options: DatabaseOptions): Promise<Database> {
    const url = `duckdb:${path}`;
    const instance = await createInstance(url, path, options);
    const database = new Database(url, key, instance, options);
    try {
      await database.reload();
    } catch (error) {
      instance.closeSync();
      throw error;
    }
    return database;
  }

  /** @throws WarehouseFailedError */
  async connect(): Promise<DuckDBConnection> {
    this.#check();
    const connection = await this.#instance.connect();
    this.#connections.add(connection);
    return connection;
  }

  disconnect(connection: DuckDBConnection): void {
    this.#connections.delete(connection);
    connection.closeSync();
  }

  /** A connection for a session, which `returnWriter` takes back. */
  async takeWriter(): Promise<WriterConnection> {
    this.#check();
    const idle = this.#idleWriters.pop();
    if (idle !== undefined) return idle;
    const connection = await this.connect();
    const writer = { connection, fewRows: new FewRows(connection), appenders: new Map() };
    this.#writers.push(writer);
    return writer;
  }

  /** @param writer its transaction is over */
  returnWriter(writer: WriterConnection): void {
    this.#idleWriters.push(writer);
  }

  /** Runs `task` on a connection of its own. */
  use<T>(task: (store: DuckDbStore) => Promise<T>): Promise<T> {
    return this.#underWay.run(async () => {
      const connection = await this.connect();
      try {
        return await task(new DuckDbStore(connection));
      } finally {
        this.disconnect(connection);
      }
    });
  }

  /** The same for what looks at many rows. */
  scan<T>(task: (store: DuckDbStore) => Promise<T>): Promise<T> {
    return this.#underWay.run(() => this.#threads.scan(() => this.use(task)));
  }

  /** Runs `task`, which looks at a few rows and leaves nothing behind, on a connection that others had before. */
  lend<T>(task: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.#underWay.run(async () => {
      this.#check();
      await this.#threads.look();
      const connection = this.#idle.pop() ?? (await this.connect());
      try {
        return await task(connection);
      } finally {
        if (this.#users > 0 && this.#idle.length < MAX_IDLE) this.#idle.push(connection);
        else this.disconnect(connection);
      }
    });
  }

  /**
   * A limit that is set anew, to what it was, makes DuckDB purge its own allocator and the C library its heap. Both keep
   * pages that were freed: of the 370 MB of a stream under load some 50.
   */
  async trim(): Promise<void> {
    await this.lend((connection) => connection.run(`SET memory_limit = ${text(this.#memoryLimit)}`));
  }

  get commits(): number {
    return this.#commits;
  }

  /**
   * Commits what was done on a connection. The mutex is held by the caller.
   *
   * @param bytes of what was appended in bulk: much goes into the file itself, not into the log and from there into the file
   * @throws WarehouseFailedError when DuckDB has damaged itself
   */
  async commit(connection: DuckDBConnection, bytes = 0): Promise<void> {
    const isLarge = bytes >= LARGE_COMMIT_BYTES;
    this.#committing();
    try {
      if (isLarge) await connection.run(`SET checkpoint_threshold = '0MB'`);
      await connection.run('COMMIT');
    } catch (error) {
      throw isDamage(error as Error) ? await this.#break(connection, error as Error) : error;
    } finally {
      if (isLarge) await connection.run(`SET checkpoint_threshold = '${LOG_LIMIT}'`).catch(() => {});
      this.#committing();
    }
  }

  async #break(connection: DuckDBConnection, error: Error): Promise<WarehouseFailedError> {
    this.#broken ??= this.#failed(
      'cannot be used any more by this process, what was committed is safe',
      error,
    );
    // Closing would write what is damaged into the file; the log, from which it is opened anew, is whole.
    await connection.run('PRAGMA disable_checkpoint_on_shutdown').catch(() => {});
    return this.#broken;
  }

  /** An error of a transaction in words that help, if it is want of memory. */
  explained(error: Error): Error {
    return lacksMemory(error) && !(error instanceof WarehouseFailedError)
      ? this.#failed('lacks memory, nothing of this transaction was written', error)
      : error;
  }

  #failed(what: string, { message }: Error): WarehouseFailedError {
    const help = `start again, with more than --memory-limit ${this.#memoryLimit} if memory is what it lacked`;
    return new WarehouseFailedError(`warehouse: ${this.url} ${what}: ${message.split('\n')[0]}; ${help}`);
  }

  #check(): void {
    if (this.#broken !== null) throw this.#broken;
  }

  #committing(): void {
    this.#commits++;
    this.answers.clear();
  }

  /** Runs `task` in a transaction of its own, one such task at a time. */
  write<T>(task: (store: DuckDbStore) => Promise<T>): Promise<T> {
    return this.mutex.run(() =>
      this.use(async (store) => {
        await store.run('BEGIN TRANSACTION');
        try {
          const result = await task(store);
          await this.commit(store.connection);
          return result;
        } catch (error) {
          await rollbackQuietly(store.connection);
          throw error;
        }
      }),
    );
  }

  /** Streams from a snapshot: what commits meanwhile is not seen. */
  async *snapshot<T>(task: (store: DuckDbStore) => AsyncIterable<T>): AsyncGenerator<T> {
    // Step by step: who has left a scan open is not waited for.
    const step = <R>(work: () => Promise<R>): Promise<R> => this.#underWay.run(work);
    const connection = await step(() => this.connect());
    try {
      await step(() => connection.run('BEGIN TRANSACTION'));
      const items = task(new DuckDbStore(connection))[Symbol.asyncIterator]();
      try {
        for (;;) {
          const { done, value } = await step(() => items.next());
          if (done === true) return;
          yield value;
        }
      } finally {
        await step(async () => items.return?.());
      }
    } finally {
      await step(() => rollbackQuietly(connection));
      this.disconnect(connection);
    }
  }

  /** Reads the dimensions again. The mutex is held by the caller: a commit meanwhile would be forgotten. */
  reload(): Promise<void> {
    return this.use((store) => this.directory.load(store));
  }

  /**
   * Closes the file when its last user has closed it. What was not committed is undone; what still reads is waited for, since
   * DuckDB crashes or hangs when a connection is closed under a query.
   */
  async release(): Promise<void> {
    this.#users--;
    if (this.#users > 0) return;
    this.#closing = this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await this.#underWay.none();
    if (this.#key !== null) open.delete(this.#key);
    for (const { fewRows } of this.#writers) fewRows.close();
    // A connection left open would keep the file, and the next opening would be a second instance on it.
    for (const connection of this.#connections) this.disconnect(connection);
    this.#instance.closeSync();
  }
}

/**
 * A commit that lacked memory has been seen to leave columns of unequal length ("Corrupted in-memory column", DuckDB 1.5),
 * which the next checkpoint may notice.
 */
function isDamage(error: Error): boolean {
  return /^(FATAL|INTERNAL) Error/.test(error.message) || lacksMemory(error);
}

function lacksMemory({ message }: Error): boolean {
  return /Out of Memory|could not allocate|failed to pin/i.test(message);
}

/** Undoes a transaction; when none is active (a failed COMMIT has undone it) there is nothing to do. */
export async function rollbackQuietly(connection: DuckDBConnection): Promise<void> {
  await connection.run('ROLLBACK').catch(() => undefined);
}

async function createInstance(url: string, path: string, options: DatabaseOptions): Promise<DuckDBInstance> {
  try {
    const instance = await DuckDBInstance.create(path, {
      memory_limit: options.memoryLimit,
      ...(options.threads === null ? {} : { threads: String(options.threads) }),
      // A checkpoint after every commit would rewrite the last row group of each table again and again (half of the time
      // of a commit); the log that a killed process leaves is replayed on opening.
      checkpoint_threshold: LOG_LIMIT,
      // A full row group goes into the file at once; by default it waits in memory for four others of its table.
      write_buffer_row_group_count: '1',
      // No file, no network, no extension is ever reached by SQL.
      enable_external_access: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      ...(options.readOnly ? { access_mode: 'READ_ONLY' } : {}),
    });
    return instance;
  } catch (error) {
    const message = (error as Error).message;
    if (!/lock on file|being used by another process/i.test(message))
      throw new Error(`warehouse: cannot open ${url}: ${message.split('\n')[0]}`);
    const holder = /\(PID (\d+)\)/.exec(message);
    throw new WarehouseHeldError(url, holder === null ? 'another process' : Number(holder[1]));
  }
}

/** One name for a file, however it is spelled. Makes its folder when it may be written. */
function fileKey(path: string, readOnly: boolean): string {
  const file = resolve(path);
  if (readOnly && !exists(file)) throw new Error(`warehouse: duckdb:${path} does not exist`);
  if (!readOnly)
    try {
      makeFolder(dirname(file));
    } catch (error) {
      throw new WarehouseAccessError(`warehouse: cannot open duckdb:${path}: ${(error as Error).message}`);
    }
  return exists(file) ? realpathSync(file) : join(realpathSync(dirname(file)), basename(file));
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
