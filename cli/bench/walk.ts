import type { RecordBatch } from 'apache-arrow';
import {
  type Carry,
  type ChunkOutput,
  type ComputePool,
  createInlinePool,
  DEFAULT_CHUNK_ROWS,
  durationOf,
  gridOffset,
  inputArrays,
  type Pass,
  plan,
  readKlines,
  resultBatch,
} from '../../engine/index.js';
import {
  indicatorColumns,
  KLINE_COLUMNS,
  makeBatch,
  type PartitionKey,
  PREDICTION_COLUMNS,
  type Warehouse,
  type WriteSession,
} from '../../warehouse/index.js';
import { stopIfInterrupted } from '../interruption.js';
import { withMirror } from '../open.js';
import { seedStrategies } from '../seeds.js';
import type { Market } from './market.js';

/** The stages in the order in which a bar meets them. */
export const STAGES = [
  'parse',
  'write klines',
  'read klines',
  'compute',
  'encode facts',
  'write facts',
  'close',
] as const;
export type Stage = (typeof STAGES)[number];

/** What one walk found. */
export interface Walked {
  readonly ms: Readonly<Record<Stage, number>>;
  readonly bars: number;
  readonly codes: number;
  /** `name@version` */
  readonly strategies: readonly string[];
}

/**
 * Takes a market through all stages into a new DuckDB file, one after the other on this thread (DuckDB has its own):
 * every chunk waits for the one before it to be written, so that no stage hides behind another.
 *
 * @param file where none is yet
 */
export async function walk(file: string, memoryLimit: string, market: Market): Promise<Walked> {
  const clock = new StageClock();
  let bars = 0;
  let work: Pick<Walked, 'codes' | 'strategies'> | null = null;
  await withMirror(`duckdb:${file}`, memoryLimit, async (warehouse) => {
    await seedStrategies(warehouse);
    bars = await writeKlines(warehouse, market, clock);
    work = await writeFacts(warehouse, clock);
    clock.start();
  });
  clock.stop('close');
  return { ms: clock.ms, bars, ...work! };
}

async function writeKlines(warehouse: Warehouse, market: Market, clock: StageClock): Promise<number> {
  const runId = await warehouse.startRun('load', 'bench', market.now);
  let bars = 0;
  for (const { key, open } of market.sources) {
    const durationMs = durationOf(key.interval);
    const rules = { durationMs, gridOffset: gridOffset(durationMs), now: market.now };
    const session = await warehouse.begin();
    let rows = 0;
    let first = Number.NaN;
    let last = Number.NaN;
    for await (const chunk of clock.pulling('parse', readKlines(open(), rules))) {
      stopIfInterrupted();
      const columns = chunk.columns.map((column) => column.subarray(0, chunk.rows));
      const closeTimes = columns[CLOSE_TIME]!;
      if (rows === 0) first = closeTimes[0]!;
      last = closeTimes.at(-1)!;
      rows += chunk.rows;
      await clock.during('write klines', () =>
        session.appendKlines(key, makeBatch(KLINE_COLUMNS, columns, chunk.rows)),
      );
    }
    await session.recordKlineChange({
      ...key,
      runId,
      fromTime: first,
      toTime: last,
      added: rows,
      revised: 0,
    });
    await clock.during('write klines', () => session.commit());
    bars += rows;
  }
  return bars;
}

const CLOSE_TIME = KLINE_COLUMNS.findIndex(({ name }) => name === 'close_time');

/** Computes and writes what the plan of a recompute asks for; lineage, checkpoints and heads are left out. */
async function writeFacts(
  warehouse: Warehouse,
  clock: StageClock,
): Promise<Pick<Walked, 'codes' | 'strategies'>> {
  const { plans, versions } = await plan(warehouse, {});
  const strategies = new Set<string>();
  const pool = createInlinePool();
  for (const { partition, passes } of plans)
    for (const pass of passes) {
      for (const { document, version } of pass.strategies) strategies.add(`${document.strategy}@${version}`);
      await writePass(warehouse, pool, partition, pass, clock);
    }
  await pool.close();
  return { codes: Object.keys(versions.codes).length, strategies: [...strategies].sort() };
}

async function writePass(
  warehouse: Warehouse,
  pool: ComputePool,
  partition: PartitionKey,
  pass: Pass,
  clock: StageClock,
): Promise<void> {
  const job = { interval: partition.interval, strategies: pass.strategies, codes: pass.codes };
  const session = await warehouse.begin();
  let carry: Carry | null = null;
  const options = { batchRows: DEFAULT_CHUNK_ROWS, shared: true };
  for await (const klines of clock.pulling('read klines', warehouse.scanKlines(partition, {}, options))) {
    stopIfInterrupted();
    const input = { job, rows: klines.numRows, klines: inputArrays(klines), carry, wantFacts: true };
    const output: ChunkOutput = await clock.during('compute', () => pool.run(input));
    const facts = await clock.during('encode facts', async () => encoded(pass, output));
    await clock.during('write facts', () => append(session, partition, facts));
    carry = output.carry;
    output.release();
  }
  await clock.during('write facts', () => session.commit());
}

/** The facts of a chunk as the warehouse takes them; what has no rows is left out. */
interface EncodedFacts {
  readonly indicators: RecordBatch;
  readonly strategies: readonly {
    readonly strategyId: number;
    readonly predictions: RecordBatch | null;
    readonly results: RecordBatch | null;
  }[];
}

function encoded({ codes, strategies }: Pass, output: ChunkOutput): EncodedFacts {
  const { arrays, rows } = output.indicators!;
  return {
    indicators: makeBatch(indicatorColumns(codes), arrays, rows),
    strategies: strategies.map(({ strategyId }, i) => {
      const { predictions, results } = output.strategies[i]!;
      return {
        strategyId,
        predictions:
          predictions.rows > 0 ? makeBatch(PREDICTION_COLUMNS, predictions.arrays, predictions.rows) : null,
        results: results.rows > 0 ? resultBatch(results) : null,
      };
    }),
  };
}

/** What the driver makes of a batch is part of this: the warehouse fills the driver's chunks while it appends. */
async function append(
  session: WriteSession,
  partition: PartitionKey,
  { indicators, strategies }: EncodedFacts,
): Promise<void> {
  await session.appendIndicators(partition, indicators);
  for (const { strategyId, predictions, results } of strategies) {
    if (predictions !== null) await session.appendPredictions(strategyId, partition, predictions);
    if (results !== null) await session.appendResults(strategyId, partition, results);
  }
}

/** Adds up what each stage took. */
class StageClock {
  readonly ms = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;
  #startedAt = 0;

  start(): void {
    this.#startedAt = performance.now();
  }

  stop(stage: Stage): void {
    this.ms[stage] += performance.now() - this.#startedAt;
  }

  async during<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    this.start();
    const result = await work();
    this.stop(stage);
    return result;
  }

  /** Counts the time that `items` take to come, not what is done with them. */
  async *pulling<T>(stage: Stage, items: AsyncIterable<T>): AsyncGenerator<T> {
    const iterator = items[Symbol.asyncIterator]();
    try {
      for (;;) {
        const step = await this.during(stage, () => iterator.next());
        if (step.done === true) return;
        yield step.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
}
