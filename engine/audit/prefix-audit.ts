import type { RecordBatch } from 'apache-arrow';
import {
  indicatorColumns,
  makeBatch,
  numbers,
  type PartitionState,
  PREDICTION_COLUMNS,
  RESULT_COLUMNS,
  type StrategyRecord,
  values,
  type Warehouse,
} from '../../warehouse/index.js';
import { sortedByTime } from '../compare-facts.js';
import { computeChunk } from '../compute-chunk.js';
import { ContestedExits } from '../contested.js';
import { durationOf } from '../interval.js';
import { inputArrays } from '../kline-arrays.js';
import { BLOCK_ROWS } from '../pipeline.js';
import { PROGRAM } from '../program.js';
import type { Carry, ChunkResult, FactColumns } from '../task.js';
import { jobText } from '../wire.js';
import { findLeak, type Leak } from './leak.js';
import { poisoned } from './poison.js';

/**
 * Computes prefixes of a partition whose future is poisoned and compares them with what is stored: no value may differ.
 * A prefix is walked block by block from the first bar; at a cut, the block so far is computed on the side with NaN behind
 * it. Results are compared once their windows have ended.
 */
export class PrefixAudit {
  readonly #job: string;
  readonly #contested: ContestedExits;
  readonly #durationMs: number;

  constructor(
    readonly warehouse: Warehouse,
    readonly partition: PartitionState,
    readonly strategies: readonly StrategyRecord[],
  ) {
    const { interval } = partition;
    this.#job = jobText({ interval, strategies, codes: PROGRAM.codes });
    this.#contested = new ContestedExits(warehouse, partition);
    this.#durationMs = durationOf(interval);
  }

  /**
   * @param cuts lengths of prefixes, rising
   * @returns the first leak, or null
   */
  async run(cuts: readonly number[], onBars?: (bars: number) => void): Promise<Leak | null> {
    const { warehouse, partition } = this;
    const results: FactColumns[][] = this.strategies.map(() => []);
    let carry: Carry | null = null;
    let start = 0;
    let next = 0;
    for await (const batch of warehouse.scanKlines(partition, {}, { batchRows: BLOCK_ROWS })) {
      const klines = inputArrays(batch);
      const end = start + batch.numRows;
      for (; next < cuts.length && cuts[next]! <= end; next++) {
        const rows = cuts[next]! - start;
        const leak = await this.#prefix(batch, klines, rows, copyOf(carry), results);
        if (leak !== null) return leak;
      }
      if (next === cuts.length) return null;
      const output = this.#compute(klines, batch.numRows, carry);
      carry = output.carry;
      for (const [i, facts] of output.strategies.entries()) results[i]!.push(facts.results);
      start = end;
      onBars?.(batch.numRows);
    }
    return null;
  }

  /** On memory of its own: what earlier blocks gave stays. */
  #compute(klines: readonly Float64Array[], rows: number, carry: Carry | null): ChunkResult {
    const task = { job: this.#job, rows, klines, carry, wantFacts: true };
    return computeChunk({ ...task, memory: null, carryMemory: null });
  }

  /** The block up to the cut with nothing behind it. */
  async #prefix(
    batch: RecordBatch,
    klines: readonly Float64Array[],
    rows: number,
    carry: Carry | null,
    before: readonly FactColumns[][],
  ): Promise<Leak | null> {
    const { warehouse, partition } = this;
    const closeTime = numbers(batch, 'close_time');
    const cut = closeTime[rows - 1]!;
    const range = { from: closeTime[0]!, to: cut + 1 };
    const future = poisoned(klines, rows, this.#durationMs);
    const output = this.#compute(future.klines, future.rows, carry);
    const indicators = firstRows(output.indicators!, rows);
    const columns = indicatorColumns(PROGRAM.codes);
    const stored = warehouse.scanIndicators(partition, PROGRAM.codes, range);
    const leak = await findLeak('fact_indicator', null, stored, indicators, columns);
    if (leak !== null) return leak;
    for (const [i, { predictions, results }] of output.strategies.entries()) {
      const strategy = this.strategies[i]!;
      const known = rowsWhere(predictions, ([at]) => at! <= cut);
      const wanted = warehouse.scanPredictions(strategy.strategyId, partition, range);
      const found =
        (await findLeak('fact_prediction', strategy, wanted, known, PREDICTION_COLUMNS)) ??
        (await this.#resultLeak(strategy, [...before[i]!, results], cut));
      if (found !== null) return found;
    }
    return null;
  }

  /** Results whose windows have ended at the cut, and not long before it: those that a look past the cut would change. */
  async #resultLeak(
    strategy: StrategyRecord,
    parts: readonly FactColumns[],
    cut: number,
  ): Promise<Leak | null> {
    const from = cut - BLOCK_ROWS * this.#durationMs;
    const isDue = ([at, lookahead]: readonly number[]): boolean => at! >= from && at! + lookahead! <= cut;
    const computed = sortedByTime(
      parts.map((part) => rowsWhere(part, isDue, ['predicting_at', 'lookahead_ms'])),
    );
    await this.#contested.decide([{ strategy, results: computed }]);
    const range = { from, to: cut + 1 };
    const stored = dueRows(this.warehouse.scanResults(strategy.strategyId, this.partition, range), isDue);
    return findLeak('fact_prediction_result', strategy, stored, computed, RESULT_COLUMNS);
  }
}

/** A carry is good for one further chunk; a cut needs one more. */
function copyOf(carry: Carry | null): Carry | null {
  if (carry === null) return null;
  const { kernelState, history, trades } = carry;
  return {
    ...carry,
    kernelState: kernelState.slice(),
    history: history.slice(),
    trades: trades.map((trade) => trade.slice()),
  };
}

function firstRows({ arrays }: FactColumns, rows: number): FactColumns {
  return { rows, arrays: arrays.map((array) => array.subarray(0, rows) as Float64Array) };
}

/** Rows whose named columns (the first one unless others are named) pass; results carry more columns than are stored. */
function rowsWhere(
  { rows, arrays }: FactColumns,
  passes: (cells: readonly number[]) => boolean,
  names?: readonly string[],
): FactColumns {
  const looked = names?.map((name) => RESULT_COLUMNS.findIndex((spec) => spec.name === name)) ?? [0];
  const kept: number[] = [];
  for (let r = 0; r < rows; r++) if (passes(looked.map((c) => Number(arrays[c]![r])))) kept.push(r);
  const picked = arrays.map((array) => {
    const copy = array.slice(0, kept.length);
    for (const [i, r] of kept.entries()) copy[i] = array[r]!;
    return copy;
  });
  return { rows: kept.length, arrays: picked };
}

async function* dueRows(
  batches: AsyncIterable<RecordBatch>,
  isDue: (cells: readonly number[]) => boolean,
): AsyncGenerator<RecordBatch> {
  for await (const batch of batches) {
    const arrays = RESULT_COLUMNS.map(({ name }) => values(batch, name));
    const due = rowsWhere({ rows: batch.numRows, arrays }, isDue, ['predicting_at', 'lookahead_ms']);
    yield makeBatch(RESULT_COLUMNS, due.arrays, due.rows);
  }
}
