import { setFlagsFromString } from 'node:v8';

/** Messages of a transaction from which on it is one of a load. */
const LOAD_MESSAGES = 1_000;

let isEarly = false;

/**
 * To be told of every transaction. Messages live until theirs is committed, which makes each of them old garbage. V8 lets that
 * pile up to three times what lives, and what hangs on it outside of its heap as well. Under a load it collects when the heap
 * has grown by a third instead: a sixth less of resident memory (516 MB to 422, a million bars of 20 series). While bars
 * come one by one they would wait for the collections.
 */
export function collectUnderLoad(messages: number): void {
  if (messages >= LOAD_MESSAGES === isEarly) return;
  isEarly = !isEarly;
  // 0: as V8 sees fit.
  setFlagsFromString(`--heap-growing-percent=${isEarly ? 30 : 0}`);
}
