import { INTERVAL_NAMES } from '../engine/index.js';
import { CODES, codeSpec } from '../kernels/index.js';
import { numbers, type PartitionState, values, type Warehouse } from '../warehouse/index.js';
import type { LongFacts, LongSeries } from './long-rows.js';

/** Reads the two bulky facts of a warehouse into typed arrays, one series a code or metric, unknowns left out. */
export async function readLongFacts(warehouse: Warehouse): Promise<LongFacts> {
  const indicators: LongSeries[] = [];
  const metricValues: LongSeries[] = [];
  const strategies = await warehouse.strategies();
  for (const [i, partition] of (await warehouse.partitions()).entries()) {
    const ids = [i + 1, INTERVAL_NAMES.indexOf(partition.interval) + 1];
    indicators.push(...(await indicatorSeries(warehouse, partition, ids)));
    for (const { strategyId, document } of strategies)
      metricValues.push(
        ...(await metricSeries(warehouse, strategyId, partition, document.metrics.length, [
          strategyId,
          ...ids,
        ])),
      );
  }
  return { indicators, metricValues };
}

/** Whole columns as long series; of each only the known values. */
export function longIndicators(
  closeTime: Float64Array,
  columns: ReadonlyMap<string, Float64Array>,
  ids: readonly number[],
): LongSeries[] {
  const times = BigInt64Array.from(closeTime, BigInt);
  return [...columns].map(([code, column]) => {
    const rows = knownRows(column.length, (t) => !Number.isNaN(column[t]!));
    return {
      ids: [...ids, codeSpec(code).number],
      times: at(times, rows),
      values: at(column, rows),
    };
  });
}

async function indicatorSeries(
  warehouse: Warehouse,
  partition: PartitionState,
  ids: readonly number[],
): Promise<LongSeries[]> {
  const closeTime = new Float64Array(partition.rows);
  const columns = new Map(CODES.map((code) => [code, new Float64Array(partition.rows)]));
  let filled = 0;
  for await (const batch of warehouse.scanIndicators(partition, CODES, {})) {
    closeTime.set(numbers(batch, 'close_time'), filled);
    for (const [code, column] of columns) column.set(numbers(batch, code), filled);
    filled += batch.numRows;
  }
  return longIndicators(closeTime, columns, ids);
}

async function metricSeries(
  warehouse: Warehouse,
  strategyId: number,
  partition: PartitionState,
  metrics: number,
  ids: readonly number[],
): Promise<LongSeries[]> {
  const closeTime = new Float64Array(partition.rows);
  const masks = { known: new BigInt64Array(partition.rows), fired: new BigInt64Array(partition.rows) };
  let rows = 0;
  for await (const batch of warehouse.scanPredictions(strategyId, partition, {})) {
    closeTime.set(numbers(batch, 'predicting_at'), rows);
    masks.known.set(values(batch, 'known_mask') as BigInt64Array, rows);
    masks.fired.set(values(batch, 'fired_mask') as BigInt64Array, rows);
    rows += batch.numRows;
  }
  const times = BigInt64Array.from(closeTime.subarray(0, rows), BigInt);
  const known = new Uint32Array(masks.known.buffer);
  const fired = new Uint32Array(masks.fired.buffer);
  return Array.from({ length: metrics }, (_, position): LongSeries => {
    const word = position >> 5;
    const bit = 1 << (position & 31);
    const metricValue = Uint8Array.from({ length: rows }, (_, t) =>
      (fired[2 * t + word]! & bit) === 0 ? 0 : 1,
    );
    const isKnown = knownRows(rows, (t) => (known[2 * t + word]! & bit) !== 0);
    return { ids: [...ids, position], times: at(times, isKnown), values: at(metricValue, isKnown) };
  });
}

/** First known row when all after it are known too (no copy is needed then), else the numbers of the known rows. */
function knownRows(rows: number, isKnown: (t: number) => boolean): number | number[] {
  let first = 0;
  while (first < rows && !isKnown(first)) first++;
  const known: number[] = [];
  for (let t = first; t < rows; t++) if (isKnown(t)) known.push(t);
  return known.length === rows - first ? first : known;
}

function at<T extends BigInt64Array | Float64Array | Uint8Array>(column: T, rows: number | number[]): T {
  if (typeof rows === 'number') return column.subarray(rows) as T;
  const kept = column.slice(0, rows.length) as T;
  for (const [i, t] of rows.entries()) kept[i] = column[t]!;
  return kept;
}
