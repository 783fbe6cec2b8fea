import { setTimeout as sleep } from 'node:timers/promises';
import { WarehouseLostError } from '../warehouse/index.js';

/** Lost transactions in a row after which something is wrong that waiting does not mend. */
const TRIES = 8;

/**
 * Runs `work`, and again when the transaction it was in was lost: a server that restarts, a killed connection, a deadlock.
 * `work` goes on from what is committed. The warehouse itself waits for a server that is away.
 */
export async function againWhenLost<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof WarehouseLostError) || attempt === TRIES) throw error;
      await sleep(100 * attempt);
    }
}
