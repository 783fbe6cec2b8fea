/** Parameters of a kernel, by name: `{ period: 14 }`. Frozen; whole numbers unless the kernel says otherwise. */
export type Params = Readonly<Record<string, number>>;

/** One parameter as data: docs, API and tests are generated from it. */
export interface ParamSpec {
  readonly name: string;
  readonly title: string;
  /** Smallest allowed value, inclusive. */
  readonly min: number;
  /** True when only whole numbers are allowed. */
  readonly whole: boolean;
}

/**
 * A kernel computes one or more series from input columns, row by row in time order, with state carried from chunk to
 * chunk. One implementation serves batch, chunk and stream: any cutting of the rows, one row at a time included, gives
 * the same bits as one run over the whole.
 *
 * The caller owns every buffer. Inputs and outputs share one row index: row `start` is the first to compute, and
 * `history(params)` rows before it (fewer where the partition has fewer) stand in the same columns and may be read.
 */
export interface Kernel {
  /** Lower snake case, unique: `rsi`. */
  readonly name: string;
  readonly title: string;
  /** Rises when any output bit may change; facts computed by another version are stale. */
  readonly version: number;
  /** Input slots in order. The catalog binds each to a kline column or to another code. */
  readonly inputs: readonly string[];
  readonly params: readonly ParamSpec[];
  /** Output series in order. */
  readonly outputs: readonly string[];
  /** Rows from the first known input row without a value, for output number `output`. */
  lookback(params: Params, output: number): number;
  /** Rows before `start` that `run` may read in its input columns. */
  history(params: Params): number;
  /** Float64 accumulators carried from chunk to chunk. */
  stateSize(params: Params): number;
  /**
   * Computes rows `[start, end)` of every output.
   *
   * @param inputs one column a slot, in the order of `inputs`; never written
   * @param state `stateSize(params)` values; all zero means: row `start` is the first row of the partition
   * @param outputs one column an output; every row of `[start, end)` is written, NaN where SPEC 3 says unknown
   */
  run(
    inputs: readonly Float64Array[],
    params: Params,
    state: Float64Array,
    outputs: readonly Float64Array[],
    start: number,
    end: number,
  ): void;
  /**
   * Computes several rows of the catalog over the same inputs in one loop: the same bits as `run` one after another, sooner
   * where each is a chain of dependent operations. Index `i` of `params`, `states` and `outputs` belongs together.
   */
  runTogether?(
    inputs: readonly Float64Array[],
    params: readonly Params[],
    states: readonly Float64Array[],
    outputs: readonly (readonly Float64Array[])[],
    start: number,
    end: number,
  ): void;
}
