import { setTimeout as sleep } from 'node:timers/promises';
import { WarehouseGoneError, WarehouseLostError } from '../warehouse/index.js';

/** Lost transactions in a row after which something is wrong that waiting does not mend. */
const TRIES = 8;

/**
 * Runs `work`, and again when the transaction it was in was lost: a server that restarts, a killed connection, a deadlock.
 * `work` goes on from what is committed. The warehouse itself waits for a server that is away; one that did not come back is
 * not waited for again.
 */
export async function againWhenLost<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await work();
    } catch (error) {
      const isLost = error instanceof WarehouseLostError && !(error instanceof WarehouseGoneError);
      if (!isLost || attempt === TRIES) throw error;
      await sleep(100 * attempt);
    }
}
