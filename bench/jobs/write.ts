import { DEFAULT_CHUNK_ROWS, INTERVAL_NAMES } from '../../engine/index.js';
import { CODES } from '../../kernels/index.js';
import { indicatorColumns, makeBatch } from '../../warehouse/index.js';
import { head, loadKlines, SERIES } from '../corpus.js';
import { computeCodes } from '../kernel-input.js';
import { longIndicators } from '../long-facts.js';
import { appendLongRows, openReference } from '../long-rows.js';
import { openFileWarehouse } from './warehouse.js';

export interface WriteArgs {
  readonly file: string;
  readonly bars: number;
}

const SERIES_WRITTEN = SERIES.btc15m;
const KEY = { symbol: SERIES_WRITTEN.symbol, interval: SERIES_WRITTEN.interval };

function ready(bars: number) {
  const klines = head(loadKlines(SERIES_WRITTEN), bars);
  const byCode = computeCodes(klines);
  return { closeTime: klines.columns[6]!, columns: new Map(CODES.map((code) => [code, byCode.get(code)!])) };
}

/** Indicators of a partition as wide rows through the warehouse, in one transaction. */
export async function writeWide({ file, bars }: WriteArgs): Promise<{ elapsedMs: number }> {
  const { closeTime, columns } = ready(bars);
  const arrays = [closeTime, ...columns.values()];
  const specs = indicatorColumns(CODES);
  const warehouse = await openFileWarehouse(file);
  const start = performance.now();
  const session = await warehouse.begin();
  for (let from = 0; from < closeTime.length; from += DEFAULT_CHUNK_ROWS) {
    const to = Math.min(closeTime.length, from + DEFAULT_CHUNK_ROWS);
    const batch = makeBatch(
      specs,
      arrays.map((array) => array.subarray(from, to)),
      to - from,
    );
    await session.appendIndicators(KEY, batch);
  }
  await session.commit();
  await warehouse.close();
  return { elapsedMs: performance.now() - start };
}

/** The same values as long rows. */
export async function writeLong({ file, bars }: WriteArgs): Promise<{ elapsedMs: number }> {
  const { closeTime, columns } = ready(bars);
  const indicators = longIndicators(closeTime, columns, [1, INTERVAL_NAMES.indexOf(KEY.interval) + 1]);
  const { closedMs } = await appendLongRows(file, { indicators, metricValues: [] });
  return { elapsedMs: closedMs };
}

const STORED = {
  wide: `SELECT t.indicator_id AS id, f."timestamp" AS stamp, f."value" AS v FROM fact_indicator f
    JOIN dim_indicator_type t ON t.indicator = f.indicator`,
  long: 'SELECT indicator_id AS id, "timestamp" AS stamp, "value" AS v FROM long_indicator',
};

/** Every code's values in one line: its number, how many there are, and all bits of their times and values, in any order. */
export async function sumWritten({
  file,
  as,
}: {
  readonly file: string;
  readonly as: keyof typeof STORED;
}): Promise<string[]> {
  const instance = await openReference(file);
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    `SELECT concat_ws(' ', id, count(*), bit_xor(hash(stamp, v)), sum(hash(stamp, v))) FROM (${STORED[as]}) GROUP BY id ORDER BY id`,
  );
  const lines = reader.getRows().map(([line]) => String(line));
  connection.closeSync();
  instance.closeSync();
  return lines;
}
