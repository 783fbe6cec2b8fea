import { TABLES } from '../schema/tables.js';
import type { Migration } from './migration.js';

/** Every table that is not there. */
export const BASE: Migration = {
  name: '0001_base',
  async up({ run, createTable }) {
    for (const table of TABLES) await run(createTable(table));
  },
};
