import { STAGE_HEAD } from '../schema/stage-head.js';
import type { Migration } from './migration.js';

/** Which changes of finer bars a stage has seen, apart from those of its own bars. */
export const FINER_SEQ: Migration = {
  name: '0006_finer_seq',
  async up({ run, addCount }) {
    await addCount(STAGE_HEAD, 'finer_seq');
    await run('UPDATE stage_head SET finer_seq = seq WHERE finer_seq = 0');
  },
};
