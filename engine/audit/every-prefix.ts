import type { RecordBatch } from 'apache-arrow';
import {
  indicatorColumns,
  numbers,
  type PartitionState,
  PREDICTION_COLUMNS,
  RESULT_COLUMNS,
  type StrategyRecord,
  type Warehouse,
} from '../../warehouse/index.js';
import { ChunkMemory } from '../chunk-memory.js';
import { type ComputedColumns, sortedByTime } from '../compare-facts.js';
import { ContestedExits } from '../contested.js';
import { inputArrays } from '../kline-arrays.js';
import { BLOCK_ROWS, Pipeline } from '../pipeline.js';
import { PROGRAM } from '../program.js';
import type { FactColumns } from '../task.js';
import { findLeak, type Leak } from './leak.js';

/** Memory for the facts of one bar, written over by the next; what does not fit gets memory of its own. */
const BAR_BYTES = 65_536;

/**
 * Every prefix of a partition at once. The bars go one by one into a pipeline of its own; what it says of a bar before it is
 * handed the next must be what is stored. It has never held a later bar, and resuming is exact (SPEC 3): each prefix
 * computed from its first bar would say the same, at the price of all of them but one. A result is what the bar that decides
 * it made of it; all are compared at the end, as they are stored in the order of their predictions.
 */
export class EveryPrefixAudit {
  readonly #pipeline: Pipeline;
  readonly #contested: ContestedExits;
  readonly #memory = new SharedArrayBuffer(BAR_BYTES);
  /** Results by strategy. */
  readonly #results: FactColumns[][];

  constructor(
    readonly warehouse: Warehouse,
    readonly partition: PartitionState,
    readonly strategies: readonly StrategyRecord[],
  ) {
    const { interval } = partition;
    this.#pipeline = new Pipeline({ interval, strategies, codes: PROGRAM.codes }, null);
    this.#contested = new ContestedExits(warehouse, partition);
    this.#results = strategies.map(() => []);
  }

  /** @returns the first leak, or null */
  async run(onBars?: (bars: number) => void): Promise<Leak | null> {
    const { warehouse, partition, strategies } = this;
    for await (const batch of warehouse.scanKlines(partition, {}, { batchRows: BLOCK_ROWS })) {
      const leak = await this.#block(batch);
      if (leak !== null) return leak;
      onBars?.(batch.numRows);
    }
    for (const [i, strategy] of strategies.entries()) {
      const results = sortedByTime(this.#results[i]!);
      await this.#contested.decide([{ strategy, results }]);
      const stored = warehouse.scanResults(strategy.strategyId, partition, {});
      const leak = await findLeak('fact_prediction_result', strategy, stored, results, RESULT_COLUMNS);
      if (leak !== null) return leak;
    }
    return null;
  }

  async #block(batch: RecordBatch): Promise<Leak | null> {
    const { warehouse, partition, strategies } = this;
    const { indicators, predictions } = this.#barByBar(inputArrays(batch), batch.numRows);
    const closeTime = numbers(batch, 'close_time');
    const range = { from: closeTime[0]!, to: closeTime.at(-1)! + 1 };
    const stored = warehouse.scanIndicators(partition, PROGRAM.codes, range);
    const leak = await findLeak('fact_indicator', null, stored, indicators, indicatorColumns(PROGRAM.codes));
    if (leak !== null) return leak;
    for (const [i, strategy] of strategies.entries()) {
      const wanted = warehouse.scanPredictions(strategy.strategyId, partition, range);
      const found = await findLeak('fact_prediction', strategy, wanted, predictions[i]!, PREDICTION_COLUMNS);
      if (found !== null) return found;
    }
    return null;
  }

  #barByBar(klines: readonly Float64Array[], rows: number) {
    const indicators = new GatheredRows(PROGRAM.codes.length + 1);
    const predictions = this.strategies.map(() => new GatheredRows(PREDICTION_COLUMNS.length));
    for (let r = 0; r < rows; r++) {
      const bar = klines.map((column) => column.subarray(r, r + 1));
      const facts = this.#pipeline.push(bar, 1, true, new ChunkMemory(this.#memory));
      indicators.add(facts.indicators!);
      for (const [i, of] of facts.strategies.entries()) {
        predictions[i]!.add(of.predictions);
        if (of.results.rows > 0) this.#results[i]!.push(copyOf(of.results));
      }
    }
    return { indicators, predictions };
  }
}

/** Rows of the bars of a block, which outlive the memory that they were computed in. */
class GatheredRows implements ComputedColumns {
  readonly arrays: (number | bigint)[][];
  rows = 0;

  constructor(width: number) {
    this.arrays = Array.from({ length: width }, () => []);
  }

  add({ rows, arrays }: FactColumns): void {
    for (let c = 0; c < this.arrays.length; c++)
      for (let r = 0; r < rows; r++) this.arrays[c]!.push(arrays[c]![r]!);
    this.rows += rows;
  }
}

function copyOf({ rows, arrays }: FactColumns): FactColumns {
  return { rows, arrays: arrays.map((array) => array.slice()) };
}
