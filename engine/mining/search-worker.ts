import { UserError } from '../errors.js';
import type { SearchReply, SearchTask } from './aside.js';
import { search } from './search.js';

/** Entry of the thread. */
export default async function run({ trades, options, maxItemsets }: SearchTask): Promise<SearchReply> {
  try {
    return { found: await search(trades, options, maxItemsets) };
  } catch (error) {
    if (error instanceof UserError) return { refused: error.message };
    throw error;
  }
}
