import { KLINE_INPUTS, type KlineInput } from '../../kernels/index.js';
import type { LineageBlock, PartitionKey, StrategyRecord } from '../../warehouse/index.js';
import { ChunkMemory } from '../chunk-memory.js';
import { ContestedExits } from '../contested.js';
import { durationOf } from '../interval.js';
import { BlockHasher } from '../lineage.js';
import { Pipeline } from '../pipeline.js';
import { PROGRAM } from '../program.js';
import { WALKED_RESULT_COLUMNS } from '../result-batch.js';
import { COLUMN } from '../source/kline-chunk.js';
import type { Carry, IndicatorColumns, PartitionJob, StrategyFacts } from '../task.js';
import type { StreamContext } from './context.js';

type Columns = readonly Float64Array[];

/** Facts of a run of bars. */
export interface SeriesFacts {
  readonly rows: number;
  /** Columns `KLINE_COLUMNS`. */
  readonly klines: Columns;
  readonly indicators: IndicatorColumns;
  /** In the order of the series' strategies. */
  readonly strategies: readonly StrategyFacts[];
}

/** Work that no task of the ledger tells of yet. */
export interface Work {
  /** First close_time. */
  readonly fromTime: number;
  /** Bars whose facts were written. */
  readonly bars: number;
  /** Predictions and results written, by strategy. */
  readonly strategyRows: readonly number[];
  readonly reason: 'new bars' | 'changed bars';
  readonly elapsedMs: number;
}

/** Open trades of every strategy at the end of a block. */
export interface BlockTrades {
  readonly closeTime: number;
  readonly states: readonly Float64Array[];
}

const FIRST_RESULT = {
  confirmedAt: WALKED_RESULT_COLUMNS.findIndex(({ name }) => name === 'confirmed_at'),
  isContested: WALKED_RESULT_COLUMNS.findIndex(({ name }) => name === 'is_contested'),
};

/**
 * The running state of one partition: what the kernels, the trades and the lineage carry from bar to bar. It moves on
 * before its transaction is committed; when that fails, the series is dropped and opened again from the warehouse.
 */
export class Series {
  /** Bars so far; the first and the last one's close_time (infinite without any). */
  rows = 0;
  firstCloseTime = Number.POSITIVE_INFINITY;
  lastCloseTime = Number.NEGATIVE_INFINITY;
  /** Number of the change that further bars make longer; null: the next bars begin one. */
  change: number | null = null;
  /** close_time of the last bar of the last whole block; the incomplete block begins behind it. */
  blockEnd = Number.NEGATIVE_INFINITY;
  /** What was done since the ledger's last task. */
  untasked: Work | null = null;
  /** Number of its newest change, which its heads have taken into account. */
  seq = 0;
  /** Newest change of finer bars that its heads have taken into account. */
  finerSeq = 0;
  /** Newest change of finer bars: a head before it looks stale. */
  newestFiner = 0;
  /** Finer bars have come that may decide exits of this series anew, and nobody has computed them yet. */
  isPending = false;
  /** close_time of exit bars that finer bars decide. Too many do no harm. */
  readonly contested = new Set<number>();
  readonly #job: PartitionJob;
  #pipeline: Pipeline;
  #hasher: BlockHasher;
  /** Memory that the facts of a row took the last time: an allocation for all of them instead of one for each. */
  #bytesPerRow = 0;
  /** Memory of the newest facts, and one whose facts nobody needs any more. */
  #lent: SharedArrayBuffer | null = null;
  #free: SharedArrayBuffer | null = null;
  #blocks: LineageBlock[] = [];
  #trades: BlockTrades[] = [];

  constructor(
    readonly key: PartitionKey,
    readonly strategies: readonly StrategyRecord[],
  ) {
    this.#job = { ...key, strategies, codes: PROGRAM.codes };
    this.#pipeline = new Pipeline(this.#job, null);
    this.#hasher = new BlockHasher(0);
  }

  /** True when an exit that finer bars decide lies in bars that touch `[fromTime, toTime]`. */
  isDecidedWithin(fromTime: number, toTime: number): boolean {
    const durationMs = durationOf(this.key.interval);
    for (const exit of this.contested) if (exit >= fromTime && exit - durationMs < toTime) return true;
    return false;
  }

  /** Its bars have changed, by the change of this number. */
  grewBy(change: number): void {
    this.change = change;
    this.seq = change;
  }

  /** True when its heads lag behind changes of finer bars that mean nothing to it. */
  get isBehind(): boolean {
    return !this.isPending && this.newestFiner > this.finerSeq;
  }

  /** Goes on behind `carry`; `closeTime` is that of the bar before. */
  resume(carry: Carry | null, closeTime: number): void {
    this.#pipeline = new Pipeline(this.#job, carry);
    this.rows = carry?.rows ?? 0;
    this.#hasher = new BlockHasher(this.rows);
    this.lastCloseTime = closeTime;
    this.blockEnd = closeTime;
    this.#blocks = [];
    this.#trades = [];
  }

  /** Moves the state over bars whose facts stand. @param klines columns `KLINE_COLUMNS` */
  skip(klines: Columns, rows: number): void {
    this.#push(klines, rows, false);
  }

  /** Computes the facts of the next bars. Contested exits are decided by the bars that are committed. */
  async push(context: StreamContext, klines: Columns, rows: number): Promise<SeriesFacts> {
    const { indicators, strategies } = this.#push(klines, rows, true);
    const finer = {
      partitions: async () => context.loaded.list(),
      scanKlinesWithin: context.warehouse.scanKlinesWithin.bind(context.warehouse),
    };
    await new ContestedExits(finer, this.key).decide(
      strategies.map(({ results }, i) => ({ strategy: this.strategies[i]!, results })),
    );
    for (const { results } of strategies) {
      const confirmedAt = results.arrays[FIRST_RESULT.confirmedAt]!;
      const isContested = results.arrays[FIRST_RESULT.isContested]!;
      for (let r = 0; r < results.rows; r++)
        if (isContested[r] === 1) this.contested.add(confirmedAt[r] as number);
    }
    return { rows, klines, indicators: indicators!, strategies };
  }

  /** Open trades, one array a strategy. The series can go on. */
  trades(): readonly Float64Array[] {
    const carry = this.#pipeline.save();
    this.#pipeline = new Pipeline(this.#job, carry);
    return carry.trades;
  }

  /** The incomplete block as it stands; null behind a whole one. */
  incompleteBlock(): Omit<LineageBlock, 'state'> | null {
    return this.#hasher.peek();
  }

  /** Whole blocks since the last call, and the trades that were open at their ends. */
  takeBlocks(): { readonly blocks: readonly LineageBlock[]; readonly trades: readonly BlockTrades[] } {
    const taken = { blocks: this.#blocks, trades: this.#trades };
    this.#blocks = [];
    this.#trades = [];
    return taken;
  }

  /** True when a block has ended since the last `takeBlocks`. */
  get hasBlocks(): boolean {
    return this.#blocks.length > 0;
  }

  /** The newest facts are written, and nobody reads them any more: their memory serves for the next ones. */
  release(): void {
    this.#free = this.#lent;
  }

  /** A load of bars comes after another one: garbage of this size would outgrow all the rest. */
  #take(bytes: number): SharedArrayBuffer {
    const free = this.#free;
    this.#free = null;
    const fits = free !== null && bytes <= free.byteLength && free.byteLength <= 4 * bytes;
    return fits ? free : new SharedArrayBuffer(bytes + (bytes >>> 3));
  }

  #push(klines: Columns, rows: number, wantFacts: boolean) {
    this.#lent = this.#take(rows * this.#bytesPerRow);
    const memory = new ChunkMemory(this.#lent);
    const output = this.#pipeline.push(
      KLINE_INPUTS.map((input) => columnOf(klines, input)),
      rows,
      wantFacts,
      memory,
    );
    // States at the end of a block come seldom: no memory is kept for them.
    if (output.blocks.length === 0) this.#bytesPerRow = Math.ceil(memory.usedBytes / rows);
    this.#hasher.push(klines, rows).forEach((block, i) => {
      const end = output.blocks[i]!;
      this.#blocks.push({ ...block, state: end.kernelState });
      this.#trades.push({ closeTime: end.closeTime, states: end.trades });
    });
    this.rows += rows;
    const closeTimes = klines[COLUMN.CLOSE_TIME]!;
    this.firstCloseTime = Math.min(this.firstCloseTime, closeTimes[0]!);
    this.lastCloseTime = closeTimes[rows - 1]!;
    return output;
  }
}

function columnOf(klines: Columns, input: KlineInput): Float64Array {
  return klines[COLUMN[input]]!;
}
