/** What can keep a stream from taking messages in. */
export type Hindrance =
  /** The group is not joined. */
  | 'group'
  /** The broker does not answer. */
  | 'broker'
  /** A transaction, or what is due by the clock, fails or brings no result. */
  | 'work'
  /** Predictions cannot be sent. */
  | 'publishing';

/** Ready while nothing hinders: who is away is noticed by each part on its own, and coming back too. */
export class Readiness {
  readonly #hindrances = new Set<Hindrance>(['group']);

  /** @param tell is told when it changes */
  constructor(private readonly tell: (isReady: boolean) => void) {}

  /** @param isGood false: it hinders until it is said to be good */
  set(what: Hindrance, isGood: boolean): void {
    const before = this.isReady;
    if (isGood) this.#hindrances.delete(what);
    else this.#hindrances.add(what);
    if (before !== this.isReady) this.tell(this.isReady);
  }

  get isReady(): boolean {
    return this.#hindrances.size === 0;
  }

  isGood(what: Hindrance): boolean {
    return !this.#hindrances.has(what);
  }
}
