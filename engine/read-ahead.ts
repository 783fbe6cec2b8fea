/**
 * Keeps up to `depth` items of an iterable under way before its consumer asks for them, so that producing overlaps with
 * consuming; no more, so that memory stays bounded.
 */
export function ahead<T>(items: AsyncIterable<T>, depth: number): AsyncGenerator<T, void, void> {
  const iterator = items[Symbol.asyncIterator]();
  const fetch = (): Promise<IteratorResult<T>> => {
    const step = iterator.next();
    // A failure is reported when the consumer comes to it, not as an unhandled rejection.
    step.catch(() => {});
    return step;
  };
  const underWay = Array.from({ length: depth }, fetch);
  return (async function* () {
    try {
      for (;;) {
        const step = await underWay.shift()!;
        if (step.done === true) return;
        underWay.push(fetch());
        yield step.value;
      }
    } finally {
      await iterator.return?.();
    }
  })();
}
