import { HEADER } from '../corpus.js';
import { openReference } from '../long-rows.js';

export interface ReadCsvArgs {
  readonly file: string;
  readonly path: string;
}

const INTEGERS = ['open_time', 'close_time', 'count'];

/** DuckDB's own reader and INSERT, types given, into the table shape of fact_kline; all its threads. */
export async function readCsvFile({ file, path }: ReadCsvArgs): Promise<{ elapsedMs: number; rows: number }> {
  const instance = await openReference(file);
  const connection = await instance.connect();
  const columns = HEADER.split(',').map(
    (name) => `'${name}': '${INTEGERS.includes(name) ? 'BIGINT' : 'DOUBLE'}'`,
  );
  await connection.run(
    `CREATE TABLE fact_kline (symbol_id INTEGER NOT NULL, interval_id INTEGER NOT NULL, open_time BIGINT NOT NULL,
     open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE, close_time BIGINT NOT NULL, quote_volume DOUBLE,
     trade_count DOUBLE, taker_buy_base DOUBLE, taker_buy_quote DOUBLE)`,
  );
  const start = performance.now();
  const { rowsChanged } = await connection.run(
    `INSERT INTO fact_kline SELECT 1, 1, * EXCLUDE ("ignore")
     FROM read_csv('${path.replaceAll("'", "''")}', header = true, auto_detect = false, delim = ',', columns = {${columns.join(', ')}})`,
  );
  connection.closeSync();
  instance.closeSync();
  return { elapsedMs: performance.now() - start, rows: Number(rowsChanged) };
}
