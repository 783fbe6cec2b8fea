import { KLINE_INPUTS } from '../kernels/index.js';
import type { PartitionState, Warehouse } from '../warehouse/index.js';
import { type Columns, collect } from './collect.js';
import { durationOf } from './interval.js';
import { columnOfInput } from './kline-arrays.js';
import { historyOf } from './pipeline.js';
import type { Pass } from './plan.js';
import { PROGRAM } from './program.js';
import type { Carry } from './task.js';

/** A carry rebuilt from the warehouse, and the bar that it stands behind. */
export interface Resumption {
  readonly carry: Carry;
  readonly closeTime: number;
}

/**
 * The nearest stored state before the first stale bar of `pass`: kernel accumulators and open trades from their
 * checkpoints, windows from the stored klines and indicators themselves (resuming is exact, SPEC 3).
 *
 * @returns null when there is none: the pass then computes from the partition's first bar
 */
export async function resumeCarry(
  warehouse: Warehouse,
  partition: PartitionState,
  pass: Pass,
): Promise<Resumption | null> {
  const block = pass.from === null ? null : await warehouse.checkpoint(partition, pass.from);
  if (block === null || block.state === null || block.state.length !== PROGRAM.stateSize) return null;
  const trades: Float64Array[] = [];
  for (const { strategyId } of pass.strategies) {
    const checkpoint = await warehouse.tradeCheckpoint(strategyId, partition, block.closeTime);
    if (checkpoint === null) return null;
    trades.push(checkpoint.state);
  }
  const wanted = historyOf(pass.strategies, partition.interval);
  const klines = await lastKlines(warehouse, partition, block.closeTime, wanted);
  const history = await historyColumns(warehouse, partition, klines, block.closeTime, wanted);
  return {
    carry: { rows: block.rows, kernelState: block.state, ...history, trades },
    closeTime: block.closeTime,
  };
}

/** Klines up to and with `closeTime`: at least `wanted` rows where the partition has them. */
async function lastKlines(
  warehouse: Warehouse,
  partition: PartitionState,
  closeTime: number,
  wanted: number,
): Promise<Columns> {
  // Gaps thin the bars out: reach back twice as far until enough are found.
  for (let span = wanted * durationOf(partition.interval); ; span *= 2) {
    const from = closeTime - span;
    const klines = await collect(warehouse.scanKlines(partition, { from, to: closeTime + 1 }));
    if (klines.rows >= wanted || from <= partition.firstCloseTime) return klines;
  }
}

/** The last `wanted` rows of every column of the program, column after column. */
async function historyColumns(
  warehouse: Warehouse,
  partition: PartitionState,
  klines: Columns,
  closeTime: number,
  wanted: number,
): Promise<Pick<Carry, 'history' | 'historyRows'>> {
  const historyRows = Math.min(wanted, klines.rows);
  const history = new Float64Array(historyRows * PROGRAM.columnNames.length).fill(Number.NaN);
  if (historyRows === 0) return { history, historyRows };
  const put = (name: string, values: Float64Array): void => {
    history.set(values.subarray(values.length - historyRows), PROGRAM.columnIndex.get(name)! * historyRows);
  };
  for (const name of KLINE_INPUTS) put(name, klines.column(columnOfInput(name)));
  const from = klines.column('close_time')[klines.rows - historyRows]!;
  const indicators = await collect(
    warehouse.scanIndicators(partition, PROGRAM.codes, { from, to: closeTime + 1 }),
  );
  for (const code of PROGRAM.codes) put(code, indicators.column(code));
  return { history, historyRows };
}
