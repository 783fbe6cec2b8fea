import { KLINE_DERIVATION } from '../schema/kline-derivation.js';
import { RESAMPLE_HEAD } from '../schema/resample-head.js';
import type { Migration } from './migration.js';

/** What resampled bars were made of, and how far resampling is. */
export const DERIVATION: Migration = {
  name: '0002_derivation',
  async up({ run, createTable }) {
    for (const table of [KLINE_DERIVATION, RESAMPLE_HEAD]) await run(createTable(table));
  },
};
