import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes that may lie about before they are worth a collection, some ten milliseconds. */
const MOST_BYTES = 16 * 2 ** 20;

let bytes = 0;
let collect: (() => void) | undefined;

/**
 * Notes memory of DuckDB's that is given back when JavaScript collects the objects that stand for it, and has them collected
 * when it is much. V8 sees a few bytes of each and nothing of what they hold, node-api has no other way to free a chunk, and a
 * partition that is read from end to end would stay in memory as garbage.
 */
export function noteNative(more: number): void {
  bytes += more;
  if (bytes < MOST_BYTES) return;
  bytes = 0;
  if (collect === undefined) {
    // The flag makes new contexts have a `gc`; Node has no other door to it.
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
  }
  collect();
}
