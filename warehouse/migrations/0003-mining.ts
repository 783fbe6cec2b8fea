import { MINING_RUN } from '../schema/mining-run.js';
import { PATTERN_ITEMSET } from '../schema/pattern-itemset.js';
import { PATTERN_RULE } from '../schema/pattern-rule.js';
import type { Migration } from './migration.js';

/** What mining found. */
export const MINING: Migration = {
  name: '0003_mining',
  async up({ run, createTable }) {
    for (const table of [MINING_RUN, PATTERN_ITEMSET, PATTERN_RULE]) await run(createTable(table));
  },
};
