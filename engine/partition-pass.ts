import type { RecordBatch } from 'apache-arrow';
import { TradeBook } from '../kernels/index.js';
import {
  indicatorColumns,
  type LineageBlock,
  makeBatch,
  type PartitionState,
  PREDICTION_COLUMNS,
  type StrategyRecord,
  type TimeRange,
  type Warehouse,
  type WriteSession,
} from '../warehouse/index.js';
import { ownAsPlanned, type PlannedChanges } from './as-planned.js';
import { resumeCarry } from './checkpoint.js';
import { ContestedExits, type FinerBars } from './contested.js';
import { durationOf } from './interval.js';
import { inputArrays, klineArrays } from './kline-arrays.js';
import { BlockHasher, hashOfBlocks } from './lineage.js';
import type { Pass } from './plan.js';
import { ahead } from './read-ahead.js';
import { resultBatch } from './result-batch.js';
import { compileStrategy } from './strategy/compile.js';
import type { BlockEnd, Carry, ChunkOutput, ComputePool, PartitionJob } from './task.js';
import { strategyVersions, type Versions } from './versions.js';
import type { WriteQueue } from './write-queue.js';

export interface PassContext {
  readonly warehouse: Warehouse;
  /** Bars of the partitions that there were when the plan was made. */
  readonly finer: FinerBars;
  readonly pool: ComputePool;
  readonly writes: WriteQueue;
  readonly versions: Versions;
  readonly chunkRows: number;
  readonly runId: number;
  /** The newest change of klines when the plan was made. */
  readonly seq: number;
  /** Of each partition, when the plan was made. */
  readonly planned: PlannedChanges;
  readonly now: () => number;
  readonly onBars?: ((bars: number) => void) | undefined;
}

/** What a pass did, for the report. */
export interface PassReport {
  readonly bars: number;
  readonly rowsWritten: number;
  readonly elapsedMs: number;
}

/** Chunks that a pass may have computed while it waits for its turn to write. */
const CHUNKS_AHEAD = 2;

/** A chunk on its way from the pool to the writer. */
interface ComputedChunk {
  readonly klines: RecordBatch;
  readonly output: ChunkOutput;
}

/**
 * Computes everything of one pass and replaces the partition's range with it, ledger and checkpoints included, within
 * one transaction: readers see the old generation or the new one. Returns when it is written; `context.writes` commits.
 */
export function runPass(context: PassContext, partition: PartitionState, pass: Pass): Promise<PassReport> {
  return new PartitionPass(context, partition, pass).execute();
}

class PartitionPass {
  readonly #startedAt: number;
  readonly #job: PartitionJob;
  readonly #contested: ContestedExits;
  readonly #blocks: LineageBlock[] = [];
  readonly #trades: { closeTime: number; states: readonly Float64Array[] }[] = [];
  readonly #strategyRows: number[];
  #bars = 0;

  constructor(
    readonly context: PassContext,
    readonly partition: PartitionState,
    readonly pass: Pass,
  ) {
    this.#startedAt = context.now();
    this.#job = { interval: partition.interval, strategies: pass.strategies, codes: pass.codes };
    this.#strategyRows = pass.strategies.map(() => 0);
    this.#contested = new ContestedExits(context.finer, partition);
  }

  async execute(): Promise<PassReport> {
    const { context, partition, pass } = this;
    const resume = pass.from === null ? null : await resumeCarry(context.warehouse, partition, pass);
    const resumedAt = resume?.closeTime ?? Number.NEGATIVE_INFINITY;
    const from = pass.from ?? partition.firstCloseTime;
    const hasher = new BlockHasher(resume?.carry.rows ?? 0);
    const carry = await this.#warmUp(resume?.carry ?? null, { from: resumedAt + 1, to: from }, hasher);
    // Read before the carry moves to a thread.
    const openTrades = pass.strategies.map((strategy, i) => this.#openTrades(strategy, carry?.trades[i]));
    const chunks = ahead(this.#computed(from, carry), CHUNKS_AHEAD);
    try {
      return await context.writes.write(async (session) => {
        await ownAsPlanned(session, partition, context.planned);
        await this.#clear(session, from, openTrades);
        for await (const { klines, output } of chunks) {
          this.#keepBlocks(hasher.push(klineArrays(klines), klines.numRows), output.blocks);
          await this.#write(session, output, klines.numRows);
          output.release();
          context.onBars?.(klines.numRows);
        }
        await this.#writeLedger(session, hasher, resumedAt, from);
        const indicatorRows = pass.codes.length > 0 ? this.#bars : 0;
        const rowsWritten = this.#strategyRows.reduce((sum, rows) => sum + rows, indicatorRows);
        return { bars: this.#bars, rowsWritten, elapsedMs: context.now() - this.#startedAt };
      });
    } finally {
      // A turn to write that never came leaves chunks under way, which read the warehouse that is closed next.
      await chunks.return();
    }
  }

  /** Bars between the checkpoint and the first stale one move the state on; their facts stand. */
  async #warmUp(start: Carry | null, range: TimeRange, hasher: BlockHasher): Promise<Carry | null> {
    let carry = start;
    if (range.to! <= this.partition.firstCloseTime) return carry;
    for await (const klines of this.#scan(range)) {
      const output = await this.#compute(klines, carry, false);
      carry = output.carry;
      this.#keepBlocks(hasher.push(klineArrays(klines), klines.numRows), output.blocks);
      output.release();
    }
    return carry;
  }

  async *#computed(from: number, start: Carry | null): AsyncGenerator<ComputedChunk> {
    let carry = start;
    for await (const klines of ahead(this.#scan({ from }), 1)) {
      const output = await this.#compute(klines, carry, true);
      carry = output.carry;
      const strategies = this.pass.strategies;
      await this.#contested.decide(
        output.strategies.map(({ results }, i) => ({ strategy: strategies[i]!, results })),
      );
      yield { klines, output };
    }
  }

  #scan(range: TimeRange): AsyncIterable<RecordBatch> {
    const { warehouse, chunkRows } = this.context;
    return warehouse.scanKlines(this.partition, range, { batchRows: chunkRows, shared: true });
  }

  #compute(batch: RecordBatch, carry: Carry | null, wantFacts: boolean): Promise<ChunkOutput> {
    const rows = batch.numRows;
    return this.context.pool.run({ job: this.#job, rows, klines: inputArrays(batch), carry, wantFacts });
  }

  /** Makes room for the new range. Trades open before it may end differently now: their results go too. */
  async #clear(session: WriteSession, from: number, openTrades: readonly Float64Array[]): Promise<void> {
    const { partition, pass } = this;
    if (this.#writesAllCodes()) await session.clearIndicators(partition, from);
    for (const [i, { strategyId }] of pass.strategies.entries())
      await session.clearPredictions(strategyId, partition, from, openTrades[i]!);
  }

  #openTrades(strategy: StrategyRecord, state: Float64Array | undefined): Float64Array {
    if (state === undefined) return new Float64Array(0);
    const { interval } = this.partition;
    const { trade } = compileStrategy(strategy, interval);
    return TradeBook.restore(trade, durationOf(interval), state).openPredictingAt();
  }

  async #write(session: WriteSession, output: ChunkOutput, bars: number): Promise<void> {
    const { partition, pass } = this;
    this.#bars += bars;
    if (output.indicators !== null) {
      const { arrays, rows } = output.indicators;
      const batch = makeBatch(indicatorColumns(pass.codes), arrays, rows);
      if (this.#writesAllCodes()) await session.appendIndicators(partition, batch);
      else await session.updateIndicators(partition, pass.codes, batch);
    }
    for (const [i, facts] of output.strategies.entries()) {
      const strategy = pass.strategies[i]!;
      const { predictions, results } = facts;
      if (predictions.rows > 0)
        await session.appendPredictions(
          strategy.strategyId,
          partition,
          makeBatch(PREDICTION_COLUMNS, predictions.arrays, predictions.rows),
        );
      if (results.rows > 0) {
        await session.appendResults(strategy.strategyId, partition, resultBatch(results));
      }
      this.#strategyRows[i]! += predictions.rows + results.rows;
    }
  }

  /** Copies the states: they lie on the chunk's memory. */
  #keepBlocks(
    hashes: readonly { rows: number; closeTime: number; klineHash: string }[],
    ends: readonly BlockEnd[],
  ) {
    ends.forEach((end, i) => {
      this.#blocks.push({ ...hashes[i]!, state: end.kernelState.slice() });
      this.#trades.push({ closeTime: end.closeTime, states: end.trades.map((trades) => trades.slice()) });
    });
  }

  /** Lineage, checkpoints, heads and the ledger's rows, in the transaction of the facts. */
  async #writeLedger(
    session: WriteSession,
    hasher: BlockHasher,
    resumedAt: number,
    from: number,
  ): Promise<void> {
    const { context, partition, pass } = this;
    const last = hasher.finish();
    if (last !== null) this.#blocks.push({ ...last, state: null });
    const klineHash = hashOfBlocks(this.#blocks.map((block) => block.klineHash));
    const base = { symbol: partition.symbol, interval: partition.interval, runId: context.runId };
    const head = {
      ...base,
      seq: context.seq,
      finerSeq: context.seq,
      rows: partition.rows,
      lastCloseTime: partition.lastCloseTime,
    };
    const task = {
      ...base,
      fromTime: from,
      toTime: partition.lastCloseTime,
      bars: this.#bars,
      reason: pass.reason,
      klineHash,
      elapsedMs: context.now() - this.#startedAt,
    };
    if (pass.codes.length > 0) {
      await session.replaceLineage(partition, resumedAt + 1, this.#blocks);
      const versions = { ...context.versions.codes };
      await session.setHead({ ...head, strategyId: null, versions });
      const written = Object.fromEntries(pass.codes.map((code) => [code, versions[code]!]));
      await session.recordTask({
        ...task,
        stage: 'indicators',
        strategyId: null,
        rowsWritten: this.#bars,
        codes: pass.codes,
        versions: written,
      });
    }
    for (const [i, strategy] of pass.strategies.entries()) {
      const { strategyId } = strategy;
      const versions = strategyVersions(strategy.document, context.versions);
      await session.replaceTradeCheckpoints(
        strategyId,
        partition,
        resumedAt + 1,
        this.#trades.map(({ closeTime, states }) => ({ closeTime, state: states[i]! })),
      );
      await session.setHead({ ...head, strategyId, versions });
      await session.recordTask({
        ...task,
        stage: 'strategy',
        strategyId,
        rowsWritten: this.#strategyRows[i]!,
        codes: [],
        versions,
      });
    }
  }

  #writesAllCodes(): boolean {
    return this.pass.codes.length === Object.keys(this.context.versions.codes).length;
  }
}
