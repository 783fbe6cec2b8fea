import type { StrategyRecord } from '../warehouse/index.js';

/** What a worker needs to know of a partition: JSON. Partitions of one interval and the same strategies have equal jobs. */
export interface PartitionJob {
  readonly interval: string;
  /** Strategies to evaluate, in the order of `ChunkOutput.strategies`. */
  readonly strategies: readonly StrategyRecord[];
  /** Codes whose columns are wanted back; others are computed and dropped. */
  readonly codes: readonly string[];
}

/** Everything that one chunk hands to the next: flat arrays. One that came from a pool is good for one further chunk. */
export interface Carry {
  /** Absolute rows of the partition before the next chunk. */
  readonly rows: number;
  readonly kernelState: Float64Array;
  /** The last `historyRows` rows of every column of the program, column after column. */
  readonly history: Float64Array;
  readonly historyRows: number;
  /** Open trades, one array a strategy. */
  readonly trades: readonly Float64Array[];
}

/**
 * One chunk of one partition. `klines` are the columns of `KLINE_INPUTS` as views of one SharedArrayBuffer (nothing is
 * copied on the way in).
 */
export interface ChunkInput {
  readonly job: PartitionJob;
  readonly rows: number;
  readonly klines: readonly Float64Array[];
  readonly carry: Carry | null;
  /** False while warming up from a checkpoint: state moves on, no facts come back. */
  readonly wantFacts: boolean;
}

/** What a thread gets: a chunk, and memory for its facts and its carry (null: it makes its own). */
export interface ChunkTask extends ChunkInput {
  readonly memory: SharedArrayBuffer | null;
  readonly carryMemory: SharedArrayBuffer | null;
}

/** Columns of a table as they leave a worker: the arrays of its column list, on shared memory. */
export interface FactColumns {
  readonly rows: number;
  readonly arrays: readonly (Float64Array | Uint8Array | Int8Array | Int16Array | BigInt64Array)[];
}

export interface IndicatorColumns extends FactColumns {
  readonly arrays: readonly Float64Array[];
}

export interface StrategyFacts {
  /** Columns `PREDICTION_COLUMNS`. */
  readonly predictions: FactColumns;
  /** Columns `WALKED_RESULT_COLUMNS` (result-batch.ts), all Float64. */
  readonly results: FactColumns;
}

/** State at the end of a block of 1,024 bars. */
export interface BlockEnd {
  readonly rows: number;
  readonly closeTime: number;
  readonly kernelState: Float64Array;
  /** Open trades, one array a strategy. */
  readonly trades: readonly Float64Array[];
}

/** Facts and states of a chunk, on shared memory. */
export interface ChunkFacts {
  /** `close_time` and the wanted codes, all Float64; null when none is wanted. */
  readonly indicators: IndicatorColumns | null;
  readonly strategies: readonly StrategyFacts[];
  readonly blocks: readonly BlockEnd[];
}

/** What a thread gives back. */
export interface ChunkResult extends ChunkFacts {
  readonly carry: Carry;
  /** Memory that facts and states needed, and the carry. */
  readonly usedBytes: number;
  readonly carryBytes: number;
}

export interface ChunkOutput extends ChunkFacts {
  readonly carry: Carry;
  /** Says that facts and states are no longer needed: their memory is written over. The carry stays good. */
  release(): void;
}

/** The pool's interface: Piscina threads, or the caller's own thread. */
export interface ComputePool {
  readonly threads: number;
  run(input: ChunkInput): Promise<ChunkOutput>;
  close(): Promise<void>;
}
