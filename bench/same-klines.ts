import { KLINE_COLUMNS, numbers, openWarehouse } from '../warehouse/index.js';
import { openReference } from './long-rows.js';

/**
 * Compares every value of fact_kline in two files, in time order. One difference is meant: a close_time that the source
 * has too early stands normalised in the warehouse (SPEC 2).
 *
 * @throws Error that names the first other difference
 */
export async function sameKlines(warehouseFile: string, referenceFile: string): Promise<string> {
  const theirs = await referenceColumns(referenceFile);
  const rows = theirs[0]!.length;
  const warehouse = await openWarehouse(`duckdb:${warehouseFile}`);
  const [partition] = await warehouse.partitions();
  let row = 0;
  let normalised = 0;
  for await (const batch of warehouse.scanKlines(partition!, {})) {
    for (const [c, { name }] of KLINE_COLUMNS.entries()) {
      const ours = numbers(batch, name);
      for (let t = 0; t < batch.numRows; t++) {
        if (Object.is(ours[t], theirs[c]![row + t])) continue;
        if (name === 'close_time' && ours[t]! > theirs[c]![row + t]!) normalised++;
        else
          throw new Error(
            `csv-load: ${name} of row ${row + t}: ours ${ours[t]}, DuckDB ${theirs[c]![row + t]}`,
          );
      }
    }
    row += batch.numRows;
  }
  await warehouse.close();
  if (row !== rows) throw new Error(`csv-load: ours ${row} rows, DuckDB ${rows}`);
  return `${rows.toLocaleString('en-US')} bars, ${KLINE_COLUMNS.length} columns, equal bit for bit but ${normalised} truncated close times, which ours normalises`;
}

async function referenceColumns(file: string): Promise<Float64Array[]> {
  const instance = await openReference(file);
  const connection = await instance.connect();
  const list = KLINE_COLUMNS.map(({ name }) => `CAST("${name}" AS DOUBLE)`).join(', ');
  const reader = await connection.runAndReadAll(`SELECT ${list} FROM fact_kline ORDER BY close_time`);
  const columns = reader
    .getColumns()
    .map((column) => Float64Array.from(column, (v) => (v === null ? Number.NaN : Number(v))));
  connection.closeSync();
  instance.closeSync();
  return columns;
}
