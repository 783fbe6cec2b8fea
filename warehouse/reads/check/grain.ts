import { GRAIN_QUERIES, TABLES } from '../../schema/tables.js';
import { col, type Finding, shown } from './finding.js';

/** Keys that stand more than once. */
export function grainFindings(): Finding[] {
  return TABLES.map(({ name, grain }) => {
    const key = grain.map((column) => `' ${column} ', ${shown(col(column))}`);
    // Only the key columns are there: a grain without a time has none to show.
    return {
      table: name,
      from: `(SELECT g.*${missingColumns(name, grain)} FROM (${GRAIN_QUERIES[name]!}) g)`,
      where: 't.copies > 1',
      detail: `concat('stands ', t.copies, ' times:', ${key.join(', ')})`,
    };
  });
}

/** Columns that a finding reads beside the key, unknown here. */
function missingColumns(name: string, grain: readonly string[]): string {
  const { columns } = TABLES.find((table) => table.name === name)!;
  const read = [
    ...['symbol_id', 'interval_id', 'strategy_id'],
    ...['close_time', 'predicting_at', 'from_time', 'last_close_time'],
  ];
  return read
    .filter((column) => !grain.includes(column) && columns.some((own) => own.name === column))
    .map((column) => `, NULL AS ${column}`)
    .join('');
}
