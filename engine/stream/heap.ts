import { setFlagsFromString } from 'node:v8';

/**
 * Messages live until their transaction is committed, which makes each of them old garbage. V8 lets that pile up to four times
 * what lives, and what hangs on it outside of its heap as well. From here on it collects when the heap has grown by half:
 * a fifth of the memory less, for some 3 % more CPU time.
 */
export function collectEarly(): void {
  setFlagsFromString('--heap-growing-percent=50');
}
