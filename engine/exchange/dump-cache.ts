import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import type { Answer, HttpClient } from './http.js';
import type { Dump } from './market.js';
import { RequestError } from './request-error.js';

/** A month of 1m klines has 3 MB. */
const LONGEST_DUMP_BYTES = 1 << 28;
const LONGEST_CHECKSUM_BYTES = 4096;
/** How often a dump is fetched whose bytes do not have the published hash. */
const CHECKSUM_TRIES = 3;

/** What a disk says, for people. */
const REFUSALS: Readonly<Record<string, string>> = {
  EEXIST: 'it is no folder',
  ENOTDIR: 'it is no folder, or lies in what is none',
  EISDIR: 'a folder stands where a file should be',
  EACCES: 'there is no permission to write to it',
  EPERM: 'there is no permission to write to it',
  EROFS: 'its file system is read-only',
  ENOSPC: 'its disk is full',
  EDQUOT: 'its disk quota is used up',
};

export interface StoredDump {
  /** File on this disk. */
  readonly file: string;
  readonly sha256: string;
}

/** A dump on this disk, whole, with the hash that was published for it. */
export interface CachedDump extends StoredDump {
  /** Bytes that came over the network for it just now. */
  readonly fetchedBytes: number;
  /** The hash that is published now; that of the file where nobody says otherwise. */
  readonly publishedSha256: string;
  /** The hash that the file in the cache had, when another one is published now. */
  readonly changedFrom: string | null;
}

/**
 * Dumps in a folder, each beside its checksum in the form of the exchange (`sha256sum -c` reads it). A file gets its
 * name when it is whole and has the published hash; until then it is a `.part`, which the next attempt continues.
 */
export class DumpCache {
  /**
   * @param baseUrl of the dumps, without a slash at its end
   * @param refetch fetch a dump again when its published hash is no longer that of the file
   */
  constructor(
    private readonly http: HttpClient,
    private readonly folder: string,
    private readonly baseUrl: string,
    readonly refetch: boolean,
  ) {}

  url(dump: Dump): string {
    return `${this.baseUrl}/${dump.path}`;
  }

  /** Makes the folder. @throws UserError when it cannot be one, or not be written to */
  async prepare(): Promise<void> {
    await this.onDisk(async () => {
      makeFolder(this.folder);
      await access(this.folder, constants.W_OK | constants.X_OK);
    });
  }

  /**
   * The dump as it stands on the disk, without asking anyone; null: not, or not whole.
   *
   * @throws UserError when the folder cannot be read
   */
  async stored(dump: Dump): Promise<StoredDump | null> {
    return this.onDisk(() => this.read(dump));
  }

  private async read(dump: Dump): Promise<StoredDump | null> {
    const file = join(this.folder, dump.path);
    const recorded = await readFile(`${file}.CHECKSUM`, 'utf8').catch(orNull);
    const sha256 = recorded === null ? null : parseChecksum(recorded);
    if (sha256 === null || (await hashOf(file)) !== sha256) return null;
    return { file, sha256 };
  }

  /**
   * The dump, from the disk or fetched. Without an answer about its hash a stored one is taken as it is.
   *
   * @throws RequestError; with status 404 when the exchange has no such dump
   * @throws UserError when the folder cannot be written to
   */
  async get(dump: Dump): Promise<CachedDump> {
    return this.onDisk(() => this.provide(dump));
  }

  private async provide(dump: Dump): Promise<CachedDump> {
    const stored = await this.read(dump);
    let published: string;
    try {
      published = await this.publishedHash(dump);
    } catch (error) {
      if (stored === null || !(error instanceof RequestError)) throw error;
      published = stored.sha256;
    }
    const changedFrom = stored === null || stored.sha256 === published ? null : stored.sha256;
    const state = { publishedSha256: published, changedFrom };
    if (stored !== null && (changedFrom === null || !this.refetch))
      return { ...stored, ...state, fetchedBytes: 0 };
    return { ...(await this.fetch(dump, published)), ...state };
  }

  private async fetch(dump: Dump, published: string): Promise<StoredDump & { fetchedBytes: number }> {
    const file = join(this.folder, dump.path);
    const url = this.url(dump);
    makeFolder(dirname(file));
    let sha256 = published;
    let fetchedBytes = 0;
    for (let attempt = 1; ; attempt++) {
      // Bytes that were meant to have another hash are never continued.
      const part = `${file}.${sha256.slice(0, 16)}.part`;
      // A run that was killed may have fetched all of it.
      if ((await hashOf(part)) !== sha256) fetchedBytes += await this.fetchPart(url, part);
      if ((await hashOf(part)) === sha256) {
        // In this order: killed between the two, the next run finds a whole part and has only to name it.
        await writeChecksum(`${file}.CHECKSUM`, `${sha256}  ${dump.fileName}\n`);
        await rename(part, file);
        return { file, sha256, fetchedBytes };
      }
      await rm(part, { force: true });
      if (attempt === CHECKSUM_TRIES)
        throw new RequestError(`its bytes have not the hash of its CHECKSUM (${CHECKSUM_TRIES} tries)`, url);
      // The dump may be replaced just now: hash and file have to be of one age.
      sha256 = await this.publishedHash(dump);
    }
  }

  /** Fetches what `part` lacks. Returns the bytes that came, in all tries. */
  private async fetchPart(url: string, part: string): Promise<number> {
    let came = 0;
    const offset = (): Promise<number> =>
      stat(part).then(
        ({ size }) => size,
        () => 0,
      );
    try {
      await this.http.get(
        url,
        async (answer) => {
          await append(answer, part, await offset(), url, (bytes) => {
            came += bytes;
          });
        },
        {
          headers: async () => {
            const from = await offset();
            return from === 0 ? {} : { range: `bytes=${from}-` };
          },
        },
      );
    } catch (error) {
      // Nothing is left to fetch; whether it is the right thing its hash says.
      if (!(error instanceof RequestError && error.status === 416)) throw error;
    }
    return came;
  }

  /** What the disk refuses is for the user to mend. */
  private async onDisk<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { code, syscall, path, message } = error as NodeJS.ErrnoException;
      if (syscall === undefined || code === undefined) throw error;
      const what = REFUSALS[code] ?? message;
      const where = path === undefined || path === this.folder ? '' : ` (${path})`;
      throw new UserError(`download: --cache '${this.folder}' cannot be used: ${what}${where}`, {
        cause: error,
      });
    }
  }

  /** SHA-256 that the exchange publishes for the dump, hex. @throws RequestError */
  async publishedHash(dump: Dump): Promise<string> {
    const url = `${this.url(dump)}.CHECKSUM`;
    return this.http.get(url, async (answer) => {
      let text = '';
      for await (const piece of answer.bytes()) {
        text += Buffer.from(piece).toString('latin1');
        if (text.length > LONGEST_CHECKSUM_BYTES) break;
      }
      const sha256 = parseChecksum(text);
      if (sha256 === null)
        throw new RequestError('the CHECKSUM has not the form `sha256  file`', url, null, true);
      return sha256;
    });
  }
}

/** Writes the answer behind the first `offset` bytes, or from the start when the server sends the whole. */
async function append(
  answer: Answer,
  part: string,
  offset: number,
  url: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const start = /^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1];
  const isContinued = answer.status === 206 && Number(start) === offset;
  if (answer.status === 206 && !isContinued) {
    await rm(part, { force: true });
    throw new RequestError('the server sent another part than the one asked for', url, null, true);
  }
  let at = isContinued ? offset : 0;
  const file = await open(part, isContinued ? 'r+' : 'w');
  try {
    for await (const piece of answer.bytes()) {
      if (at + piece.length > LONGEST_DUMP_BYTES)
        throw new RequestError(`it has more than ${LONGEST_DUMP_BYTES} bytes`, url);
      for (let written = 0; written < piece.length; )
        written += (await file.write(piece, written, piece.length - written, at + written)).bytesWritten;
      at += piece.length;
      onBytes(piece.length);
    }
  } finally {
    await file.close();
  }
}

/** `sha256  file name`, as sha256sum writes it. */
function parseChecksum(text: string): string | null {
  return /^([0-9a-f]{64})(?:\s|$)/i.exec(text.trim())?.[1]?.toLowerCase() ?? null;
}

async function writeChecksum(path: string, text: string): Promise<void> {
  const passing = `${path}.${randomBytes(4).toString('hex')}.part`;
  await writeFile(passing, text);
  await rename(passing, path);
}

/** SHA-256 of a file's bytes, hex; null when there is none. */
async function hashOf(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  } catch (error) {
    return orNull(error);
  }
  return hash.digest('hex');
}

function orNull(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}
