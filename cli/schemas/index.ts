import type { z } from 'zod';
import { AUDIT_OUTPUT } from './audit.js';
import { BENCH_OUTPUT } from './bench.js';
import { CHECK_OUTPUT } from './check.js';
import { COPY_OUTPUT } from './copy.js';
import { DOWNLOAD_OUTPUT } from './download.js';
import { EXPLAIN_OUTPUT } from './explain.js';
import { EXPORT_OUTPUT } from './export.js';
import { FORGET_OUTPUT } from './forget.js';
import { GAPS_OUTPUT } from './gaps.js';
import { LOAD_OUTPUT } from './load.js';
import { MIGRATE_OUTPUT } from './migrate.js';
import { MINE_OUTPUT } from './mine.js';
import { PRODUCE_OUTPUT } from './produce.js';
import { RECOMPUTE_OUTPUT } from './recompute.js';
import { REPLICA_SYNC_OUTPUT } from './replica.js';
import { REPORT_OUTPUT } from './report.js';
import { RESAMPLE_OUTPUT } from './resample.js';
import { RUN_OUTPUT, RUNS_OUTPUT } from './runs.js';
import { SERVE_OUTPUT } from './serve.js';
import { SQL_OUTPUT } from './sql.js';
import { START_OUTPUT } from './start.js';
import { STATUS_OUTPUT } from './status.js';
import {
  STRATEGY_IMPORT_OUTPUT,
  STRATEGY_LIST_OUTPUT,
  STRATEGY_SHOW_OUTPUT,
  STRATEGY_SWITCH_OUTPUT,
} from './strategy.js';
import { STREAM_OUTPUT } from './stream.js';
import { VERIFY_OUTPUT } from './verify.js';

/** What each command prints with `--json`, by the command as it is typed. */
export const JSON_OUTPUT = {
  start: START_OUTPUT,
  download: DOWNLOAD_OUTPUT,
  load: LOAD_OUTPUT,
  resample: RESAMPLE_OUTPUT,
  recompute: RECOMPUTE_OUTPUT,
  produce: PRODUCE_OUTPUT,
  stream: STREAM_OUTPUT,
  report: REPORT_OUTPUT,
  explain: EXPLAIN_OUTPUT,
  mine: MINE_OUTPUT,
  serve: SERVE_OUTPUT,
  status: STATUS_OUTPUT,
  gaps: GAPS_OUTPUT,
  'strategy import': STRATEGY_IMPORT_OUTPUT,
  'strategy list': STRATEGY_LIST_OUTPUT,
  'strategy show': STRATEGY_SHOW_OUTPUT,
  'strategy export': STRATEGY_SHOW_OUTPUT,
  'strategy enable': STRATEGY_SWITCH_OUTPUT,
  'strategy disable': STRATEGY_SWITCH_OUTPUT,
  export: EXPORT_OUTPUT,
  sql: SQL_OUTPUT,
  check: CHECK_OUTPUT,
  verify: VERIFY_OUTPUT,
  audit: AUDIT_OUTPUT,
  runs: RUNS_OUTPUT,
  'runs RUN': RUN_OUTPUT,
  bench: BENCH_OUTPUT,
  forget: FORGET_OUTPUT,
  'replica sync': REPLICA_SYNC_OUTPUT,
  copy: COPY_OUTPUT,
  migrate: MIGRATE_OUTPUT,
} as const satisfies Readonly<Record<string, z.ZodType>>;
