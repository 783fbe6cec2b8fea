/**
 * Lets one at a time work, in the order of asking. Passes write in turns: several open transactions would each hold
 * row groups of every table in memory, and DuckDB's memory_limit would be spent on none of them.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
