/** Items under way before they are asked for. */
export interface Ahead<T> extends AsyncIterableIterator<T, void, void> {
  /** Ends the iterable, and resolves when nothing of it is under way any more, also where nobody ever asked for an item. */
  return(): Promise<IteratorReturnResult<void>>;
}

/**
 * Keeps up to `depth` items of an async generator under way before its consumer asks for them, so that producing overlaps
 * with consuming; no more, so that memory stays bounded. Whoever does not come to the `for await` must call `return`.
 */
export function ahead<T>(items: AsyncIterable<T>, depth: number): Ahead<T> {
  const iterator = items[Symbol.asyncIterator]();
  const fetch = (): Promise<IteratorResult<T>> => {
    const step = iterator.next();
    // A failure is reported when the consumer comes to it, not as an unhandled rejection.
    step.catch(() => {});
    return step;
  };
  const underWay = Array.from({ length: depth }, fetch);
  return {
    next: async () => {
      const step = await (underWay.shift() ?? fetch());
      if (step.done === true) return { done: true, value: undefined };
      underWay.push(fetch());
      return step;
    },
    return: async () => {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
