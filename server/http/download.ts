import type { Context } from 'hono';
import type { OpenPage } from '../../warehouse/index.js';
import type { ListFormat } from '../api/route.js';
import type { Made } from './answer.js';
import { encodeList } from './encode.js';
import { linkTo } from './link.js';
import type { Services } from './services.js';

type Opener = <T>(work: (page: OpenPage) => Promise<T>) => Promise<T>;

/**
 * A large page, read from its snapshot as fast as the client takes it. A client that takes nothing for a while loses its
 * snapshot: others need the memory.
 */
export async function download(
  c: Context,
  services: Services,
  format: ListFormat,
  open: Opener,
  cursorOf: (key: readonly (string | number)[]) => string,
): Promise<Made> {
  const release = await services.downloads.acquire();
  return new Promise<Made>((resolve, reject) => {
    open(async ({ generation, next, tables }) => {
      const nextCursor = next === null ? null : cursorOf(next);
      const handover = new Handover(encodeList(format, tables, nextCursor), services.limits.stallMs);
      resolve({ generation, headers: linkTo(c, nextCursor), body: handover.pieces() });
      await handover.done;
    })
      .catch(reject)
      .finally(release);
  });
}

/** Pieces for a reader elsewhere; `done` when the last was taken, or the reader left or stalled. */
class Handover {
  readonly done: Promise<void>;
  #finish: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #isStalled = false;
  readonly #pieces: AsyncGenerator<Uint8Array>;
  readonly #stallMs: number;

  constructor(pieces: AsyncGenerator<Uint8Array>, stallMs: number) {
    this.#pieces = pieces;
    this.#stallMs = stallMs;
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#wait();
  }

  /** Not a generator: one that was never asked for its first piece would not notice that its reader left. */
  pieces(): AsyncIterable<Uint8Array> {
    const iterator: AsyncIterator<Uint8Array> = {
      next: async () => {
        if (this.#isStalled) throw new Error('the client took nothing for too long');
        this.#wait();
        try {
          const result = await this.#pieces.next();
          if (result.done === true) this.#end();
          return result;
        } catch (error) {
          this.#end();
          throw error;
        }
      },
      return: async () => {
        await this.#pieces.return(undefined);
        this.#end();
        return { done: true, value: undefined };
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#finish();
  }

  /** Also covers a reader that never begins. */
  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isStalled = true;
      this.#pieces.return(undefined).finally(() => this.#finish());
    }, this.#stallMs);
    this.#timer.unref();
  }
}
