import { Piscina } from 'piscina';
import type { LabelledTrades } from '../../kernels/index.js';
import { builtFile } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import type { Found, SearchOptions } from './search.js';

export interface SearchTask {
  readonly trades: LabelledTrades;
  readonly options: SearchOptions;
  readonly maxItemsets: number;
}

/** A class of errors does not cross between threads: what the user did wrong comes as its message. */
export type SearchReply = { readonly found: Found } | { readonly refused: string };

/**
 * `search` on a thread of its own (built JavaScript: dist/engine/mining/search-worker.js). Trades and what is found cross
 * as copies.
 */
export async function searchAside(
  { transactions, labels, pnl, groups, groupCount }: LabelledTrades,
  { minSupport, maxLength, minConfidence, threads }: SearchOptions,
  maxItemsets: number,
): Promise<Found> {
  const piscina = new Piscina<SearchTask, SearchReply>({
    filename: builtFile('engine/mining/search-worker.js'),
    minThreads: 1,
    maxThreads: 1,
  });
  // A worker that dies makes the pool emit 'error'; the task's own rejection carries the message.
  piscina.on('error', () => {});
  try {
    const reply = await piscina.run({
      trades: { transactions, labels, pnl, groups, groupCount },
      options: { minSupport, maxLength, minConfidence, threads },
      maxItemsets,
    });
    if ('refused' in reply) throw new UserError(reply.refused);
    return reply.found;
  } finally {
    await piscina.close({ force: true });
  }
}
