import { openWarehouse } from '../../warehouse/index.js';
import { readLongFacts } from '../long-facts.js';
import { appendLongRows, countLongRows, rowsOf } from '../long-rows.js';

/** Appends the facts of the warehouse `source` as long rows to the new file `target`. */
export async function appendLong({
  source,
  target,
}: {
  readonly source: string;
  readonly target: string;
}): Promise<{
  elapsedMs: number;
  committedMs: number;
  indicators: number;
  metricValues: number;
}> {
  const warehouse = await openWarehouse(`duckdb:${source}`);
  const facts = await readLongFacts(warehouse);
  await warehouse.close();
  const { closedMs, committedMs } = await appendLongRows(target, facts);
  const counted = await countLongRows(target);
  if (counted.indicators !== rowsOf(facts.indicators) || counted.metricValues !== rowsOf(facts.metricValues))
    throw new Error(`long rows: ${JSON.stringify(counted)} stand in the file, not what was appended`);
  return { elapsedMs: closedMs, committedMs, ...counted };
}
