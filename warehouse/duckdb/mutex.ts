/** Runs one task after the other, in the order of the calls. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    // A failed task is its caller's matter, not the next one's.
    this.#last = result.catch(() => undefined);
    return result;
  }
}
