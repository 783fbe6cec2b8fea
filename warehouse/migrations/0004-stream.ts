import { PREDICTION_OUTBOX } from '../schema/prediction-outbox.js';
import { STREAM_OFFSET } from '../schema/stream-offset.js';
import type { Migration } from './migration.js';

/** How far streaming is: what is taken in, and what is published. */
export const STREAM: Migration = {
  name: '0004_stream',
  async up({ run, createTable }) {
    for (const table of [STREAM_OFFSET, PREDICTION_OUTBOX]) await run(createTable(table));
  },
};
