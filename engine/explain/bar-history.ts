import { CONDITIONS, KLINE_CODES } from '../../kernels/index.js';
import { type PartitionKey, readGaps, type Warehouse } from '../../warehouse/index.js';
import { type Columns, collect } from '../collect.js';
import { durationOf } from '../interval.js';
import type { CompiledMetric } from '../strategy/compile.js';

/** The bar and as many rows before it as its metrics and the scale of their distances look at. */
export interface BarHistory {
  /** Row of the bar. */
  readonly t: number;
  readonly klines: Columns;
  /** A code or kline column. */
  column(name: string): Float64Array;
  /** y of a metric, row by row. */
  values(metric: CompiledMetric): Float64Array;
}

/** @param rows before the bar */
export async function readBarHistory(
  warehouse: Warehouse,
  key: PartitionKey,
  closeTime: number,
  rows: number,
  codes: readonly string[],
): Promise<BarHistory> {
  // Rows may lie further back than their number says: gaps.
  const missing = (await readGaps(warehouse, key)).reduce((sum, gap) => sum + gap.missing, 0);
  const range = { from: closeTime - (rows + missing) * durationOf(key.interval), to: closeTime + 1 };
  const klines = await collect(warehouse.scanKlines(key, range));
  const stored = codes.filter((code) => !isKlineCode(code));
  const indicators = await collect(warehouse.scanIndicators(key, stored, range));
  const column = (name: string): Float64Array =>
    isKlineCode(name) ? klines.column(name.toLowerCase()) : indicators.column(name);
  return {
    t: klines.rows - 1,
    klines,
    column,
    values: ({ direction, indicator, reference }) => {
      const own = column(indicator);
      const fromClose = CONDITIONS.get(direction)!.subject === 'from_close';
      if (!fromClose && reference === null) return own;
      const left = fromClose ? column('CLOSE') : own;
      const right = fromClose ? own : column(reference!);
      return left.map((value, t) => value - right[t]!);
    },
  };
}

const isKlineCode = (name: string): boolean => (KLINE_CODES as readonly string[]).includes(name);
