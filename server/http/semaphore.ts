import { ProblemError } from './problem-error.js';

/** At most `running` at a time; at most `waiting` more wait for their turn, and the rest is turned away. */
export class Semaphore {
  readonly #running: number;
  readonly #waiting: number;
  #active = 0;
  #isEnding = false;
  readonly #queue: { readonly enter: () => void; readonly refuse: (error: Error) => void }[] = [];
  #onIdle: (() => void) | null = null;

  constructor(running: number, waiting: number) {
    this.#running = running;
    this.#waiting = waiting;
  }

  /** Resolves to what gives the place back; call it once. @throws ProblemError when too many wait, or after `end` */
  async acquire(): Promise<() => void> {
    if (this.#isEnding) throw ending();
    if (this.#active >= this.#running) {
      if (this.#queue.length >= this.#waiting)
        throw new ProblemError('too-many-requests', 'too many requests at a time; try again in a moment');
      await new Promise<void>((enter, refuse) => this.#queue.push({ enter, refuse }));
    } else this.#active++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const next = this.#queue.shift();
      // A place goes from hand to hand: `active` stays.
      if (next !== undefined) next.enter();
      else if (--this.#active === 0) this.#onIdle?.();
    };
  }

  /** Turns away who waits and who comes, and resolves when the last place was given back. */
  async end(): Promise<void> {
    this.#isEnding = true;
    for (const { refuse } of this.#queue.splice(0)) refuse(ending());
    if (this.#active === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }
}

const ending = (): ProblemError => new ProblemError('unavailable', 'the server is ending');
