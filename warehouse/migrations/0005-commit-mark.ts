import { COMMIT_MARK } from '../schema/commit-mark.js';
import type { Migration } from './migration.js';

/** Whether a transaction was committed, for who lost the server's answer. */
export const COMMIT_MARKS: Migration = {
  name: '0005_commit_mark',
  async up({ run, createTable }) {
    await run(createTable(COMMIT_MARK));
  },
};
