import type { DuckDBConnection } from '@duckdb/node-api';
import { makeBatch } from '../columns.js';
import { BulkAppender } from './append.js';

/** Runs `task` with the name of a temporary table that holds these times in its column `t`. */
export async function withTimes(
  connection: DuckDBConnection,
  times: Float64Array,
  task: (table: string) => Promise<unknown>,
): Promise<void> {
  const columns = [{ name: 't', kind: 'time' }] as const;
  await connection.run('CREATE OR REPLACE TEMP TABLE stage_time (t BIGINT)');
  const batch = makeBatch(columns, [times], times.length);
  await new BulkAppender(connection, 'stage_time', 0, columns, 'temp').append([], batch);
  await task('temp.stage_time');
  await connection.run('DROP TABLE temp.stage_time');
}
