import { setTimeout as delay } from 'node:timers/promises';

/** A step under way when the time is over has this long: nothing is given up without being tried. */
const LEAST_MS = 1_000;

/** Ends as `work` does, unless the signal comes first: what is left then goes on unheard. @throws the signal's reason */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** Connects a client, unless the signal comes first: then it is let go as soon as it can be. @throws the signal's reason */
export async function connected(
  client: { connect(): Promise<void>; disconnect(): Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  const connecting = client.connect();
  try {
    await unlessAborted(connecting, signal);
  } catch (error) {
    // Before the connection stands there is nothing that this would end.
    connecting.finally(() => client.disconnect()).catch(() => {});
    throw error;
  }
}

/** The time that is left once a signal has come: what is under way is finished, but not waited for without end. */
export class LastCall {
  #until = Number.POSITIVE_INFINITY;

  /** @param patienceMs from the signal on; before it there is no hurry */
  constructor(
    private readonly signal: AbortSignal,
    patienceMs: number,
  ) {
    const begin = (): void => {
      this.#until = performance.now() + patienceMs;
    };
    if (signal.aborted) begin();
    else signal.addEventListener('abort', begin, { once: true });
  }

  /** @returns true when `work` is done, false when it is left: it goes on unheard. @throws what it throws in time */
  async waitFor(work: Promise<unknown>): Promise<boolean> {
    const end = new AbortController();
    try {
      return await Promise.race([work.then(() => true), this.#late(end.signal)]);
    } finally {
      end.abort();
    }
  }

  async #late(end: AbortSignal): Promise<boolean> {
    if (!this.signal.aborted)
      await new Promise((resolve) =>
        this.signal.addEventListener('abort', resolve, { once: true, signal: end }),
      );
    const leftMs = Math.max(this.#until - performance.now(), LEAST_MS);
    await delay(leftMs, undefined, { signal: end }).catch(() => {});
    return false;
  }
}
