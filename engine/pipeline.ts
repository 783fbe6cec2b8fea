import {
  type BoundStep,
  bindProgram,
  KLINE_INPUTS,
  newColumn,
  newRows,
  runProgram,
} from '../kernels/index.js';
import type { StrategyRecord } from '../warehouse/index.js';
import { ChunkMemory } from './chunk-memory.js';
import { durationOf } from './interval.js';
import { PROGRAM } from './program.js';
import { metricHistory, StrategyStage } from './stages/strategy-stage.js';
import { compileStrategy } from './strategy/compile.js';
import type { BlockEnd, Carry, ChunkFacts, IndicatorColumns, PartitionJob } from './task.js';

/** Rows of a lineage block; the pipeline never computes across the end of one (SPEC 9). */
export const BLOCK_ROWS = 1024;

const CLOSE_TIME = KLINE_INPUTS.indexOf('CLOSE_TIME');

/** Rows before a chunk that the kernels and the metrics of these strategies look at. */
export function historyOf(strategies: readonly StrategyRecord[], interval: string): number {
  return strategies.reduce(
    (rows, record) => Math.max(rows, metricHistory(compileStrategy(record, interval))),
    PROGRAM.history,
  );
}

/**
 * One partition on its way through indicators, metrics, predictions and confirmations. The same code serves batch
 * workers (a chunk of thousands of bars), resumption (from a checkpoint) and streaming (one bar at a time): any cutting
 * gives the same bits.
 *
 * Columns hold `[history | room]`; rows are appended until the room is used up, then the history slides to the front,
 * so that a bar costs one copy of its columns, not of the whole history.
 */
export class Pipeline {
  readonly #job: PartitionJob;
  readonly #durationMs: number;
  readonly #stages: readonly StrategyStage[];
  readonly #history: number;
  readonly #capacity: number;
  readonly #columns: Float64Array[];
  readonly #streak: Int32Array;
  readonly #state: Float64Array;
  readonly #steps: readonly BoundStep[];
  readonly #codeColumns: readonly Float64Array[];
  /** Rows of the columns in use. */
  #filled = 0;
  /** Absolute rows of the partition so far. */
  #rows = 0;

  constructor(job: PartitionJob, carry: Carry | null) {
    this.#job = job;
    this.#durationMs = durationOf(job.interval);
    this.#stages = job.strategies.map((record) => new StrategyStage(record, job.interval));
    this.#history = historyOf(job.strategies, job.interval);
    this.#capacity = this.#history + Math.max(this.#history, BLOCK_ROWS);
    this.#columns = PROGRAM.columnNames.map(() => newColumn(this.#capacity));
    this.#streak = newRows(Int32Array, this.#capacity);
    this.#state = newColumn(PROGRAM.stateSize);
    this.#steps = bindProgram(PROGRAM, this.#columns, this.#state);
    this.#codeColumns = job.codes.map((code) => this.#column(code));
    for (const stage of this.#stages) stage.bind((name) => this.#column(name), this.#streak);
    this.restart(carry);
  }

  /** Begins another partition of the same job, or goes on with one from what `save` returned. */
  restart(carry: Carry | null): void {
    this.#rows = carry?.rows ?? 0;
    this.#filled = 0;
    if (carry === null) this.#state.fill(0);
    else {
      this.#state.set(carry.kernelState);
      this.#restoreHistory(carry);
    }
    this.#stages.forEach((stage, i) => {
      stage.restart(carry?.trades[i]);
    });
  }

  /**
   * Takes the next `rows` bars of the partition and computes every fact of them.
   *
   * @param klines the columns of `KLINE_INPUTS`
   * @param wantFacts false: state moves on, the facts are dropped
   * @param memory where facts and states are laid out
   */
  push(
    klines: readonly Float64Array[],
    rows: number,
    wantFacts = true,
    memory: ChunkMemory = new ChunkMemory(),
  ): ChunkFacts {
    const blocks: BlockEnd[] = [];
    const indicators = wantFacts && this.#job.codes.length > 0 ? this.#indicatorColumns(rows, memory) : null;
    for (const stage of this.#stages) stage.beginChunk(wantFacts ? rows : 0, memory);
    for (let from = 0; from < rows; ) {
      const slice = Math.min(rows - from, BLOCK_ROWS - (this.#rows % BLOCK_ROWS));
      const start = this.#append(klines, from, slice);
      const end = start + slice;
      runProgram(this.#steps, start, end);
      if (indicators !== null) {
        indicators.arrays[0]!.set(this.#columns[CLOSE_TIME]!.subarray(start, end), from);
        for (let c = 0; c < this.#codeColumns.length; c++)
          indicators.arrays[c + 1]!.set(this.#codeColumns[c]!.subarray(start, end), from);
      }
      for (const stage of this.#stages) stage.run(start, end, wantFacts);
      from += slice;
      this.#rows += slice;
      if (this.#rows % BLOCK_ROWS === 0)
        blocks.push({
          rows: this.#rows,
          closeTime: this.#columns[CLOSE_TIME]![end - 1]!,
          kernelState: memory.copy(this.#state),
          trades: this.#stages.map((stage) => memory.copy(stage.saveTrades())),
        });
    }
    return {
      indicators,
      strategies: wantFacts ? this.#stages.map((stage) => stage.takeFacts(memory)) : [],
      blocks,
    };
  }

  /** What the next chunk needs: copies, in `memory`. */
  save(memory: ChunkMemory = new ChunkMemory()): Carry {
    const historyRows = Math.min(this.#history, this.#filled);
    const history = memory.float64(historyRows * this.#columns.length);
    this.#columns.forEach((column, c) => {
      history.set(column.subarray(this.#filled - historyRows, this.#filled), c * historyRows);
    });
    return {
      rows: this.#rows,
      kernelState: memory.copy(this.#state),
      history,
      historyRows,
      trades: this.#stages.map((stage) => memory.copy(stage.saveTrades())),
    };
  }

  #column(name: string): Float64Array {
    return this.#columns[PROGRAM.columnIndex.get(name)!]!;
  }

  #restoreHistory({ history, historyRows }: Carry): void {
    // A carry saved with a longer history than this job needs is cut, a shorter one is all there is.
    const kept = Math.min(historyRows, this.#capacity - BLOCK_ROWS);
    this.#columns.forEach((column, c) => {
      column.set(history.subarray((c + 1) * historyRows - kept, (c + 1) * historyRows));
    });
    this.#filled = kept;
    this.#countStreaks(0, kept);
  }

  /** Copies rows of the kline columns in; returns the column row of the first. */
  #append(klines: readonly Float64Array[], from: number, count: number): number {
    if (this.#filled + count > this.#capacity) {
      const keep = this.#filled - this.#history;
      for (const column of this.#columns) column.copyWithin(0, keep, this.#filled);
      this.#streak.copyWithin(0, keep, this.#filled);
      this.#filled = this.#history;
    }
    const start = this.#filled;
    klines.forEach((column, c) => {
      this.#columns[c]!.set(column.subarray(from, from + count), start);
    });
    this.#filled += count;
    this.#countStreaks(start, this.#filled);
    return start;
  }

  /**
   * Rows before each row that follow each other without a gap. Right after a restore the count starts at the first
   * history row; every window is shorter than the history, so no comparison can tell.
   */
  #countStreaks(start: number, end: number): void {
    const closeTime = this.#columns[CLOSE_TIME]!;
    for (let t = start; t < end; t++)
      this.#streak[t] =
        t > 0 && closeTime[t]! - closeTime[t - 1]! === this.#durationMs ? this.#streak[t - 1]! + 1 : 0;
  }

  #indicatorColumns(rows: number, memory: ChunkMemory): IndicatorColumns {
    const arrays = Array.from({ length: this.#job.codes.length + 1 }, () => memory.float64(rows));
    return { rows, arrays };
  }
}
