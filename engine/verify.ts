import {
  type FactTable,
  GRAIN_QUERIES,
  indicatorColumns,
  type PartitionChecksum,
  type PartitionState,
  PREDICTION_COLUMNS,
  RESULT_COLUMNS,
  type StrategyRecord,
  type Warehouse,
} from '../warehouse/index.js';
import { type Difference, firstDifference, sortedByTime } from './compare-facts.js';
import { ContestedExits } from './contested.js';
import { createInlinePool } from './inline-pool.js';
import { inputArrays, klineArrays } from './kline-arrays.js';
import { type BlockHash, BlockHasher } from './lineage.js';
import type { PlanFilter } from './plan.js';
import { createThreadPool } from './pool.js';
import { PROGRAM } from './program.js';
import { ahead } from './read-ahead.js';
import { DEFAULT_CHUNK_ROWS, plan } from './recompute.js';
import { verifyDerived } from './resample/verify.js';
import { staleDerivatives } from './resample.js';
import { compileStrategy } from './strategy/compile.js';
import type { Carry, ComputePool, FactColumns, PartitionJob } from './task.js';

export interface VerifyOptions extends PlanFilter {
  readonly threads: number;
  readonly chunkRows?: number | undefined;
  readonly onBars?: ((bars: number) => void) | undefined;
}

/** Something that does not hold: the first offending row of a table and partition. */
export interface VerifyProblem {
  readonly table: FactTable | 'lineage' | 'grain';
  readonly strategy: string | null;
  readonly version: number | null;
  readonly symbol: string | null;
  readonly interval: string | null;
  /** Time of the row, epoch ms, where there is one. */
  readonly at: number | null;
  readonly message: string;
}

export interface VerifyReport {
  readonly checksums: readonly PartitionChecksum[];
  readonly problems: readonly VerifyProblem[];
  /** Partitions that wait for a recompute: their facts are not compared. */
  readonly stale: readonly { readonly symbol: string; readonly interval: string; readonly reason: string }[];
  /** Partitions whose facts were compared, and their bars. */
  readonly partitions: number;
  readonly bars: number;
}

/**
 * Recomputes every fact of the newest strategy versions from the klines and compares it with what is stored, bit for
 * bit; derives resampled bars again from theirs; compares the klines with the hashes in the lineage; runs the grain queries; and lists the checksums (SPEC 9).
 * Writes nothing. Facts of older strategy versions are listed, not recomputed: their klines may have moved on.
 */
export async function verify(warehouse: Warehouse, options: VerifyOptions): Promise<VerifyReport> {
  const { plans } = await plan(warehouse, options);
  const stale = plans.map(({ partition, passes, refinements }) => ({
    symbol: partition.symbol,
    interval: partition.interval,
    reason: [...passes.map((pass) => pass.reason), ...(refinements.length > 0 ? ['finer bars'] : [])].join(
      '; ',
    ),
  }));
  const isStale = new Set(stale.map(({ symbol, interval }) => `${symbol}|${interval}`));
  const strategies = (await warehouse.strategies()).filter(
    ({ isNewest, isEnabled, document }) =>
      isNewest && isEnabled && (options.strategy === undefined || document.strategy === options.strategy),
  );
  const partitions = (await warehouse.partitions()).filter(
    ({ symbol, interval }) =>
      !isStale.has(`${symbol}|${interval}`) &&
      (options.symbol === undefined || options.symbol === symbol) &&
      (options.interval === undefined || options.interval === interval),
  );
  const problems: VerifyProblem[] = [
    ...(await grainProblems(warehouse)),
    ...(await derivedProblems(warehouse, options)),
  ];
  const pool = options.threads === 0 ? createInlinePool() : createThreadPool(options.threads);
  let bars = 0;
  try {
    for (const partition of partitions) {
      const applying = strategies.filter((record) =>
        compileStrategy(record, partition.interval).applies(partition.symbol),
      );
      const check = new PartitionCheck(warehouse, pool, partition, applying, options);
      problems.push(...(await check.run()));
      bars += partition.rows;
    }
  } finally {
    await pool.close();
  }
  const checksums: PartitionChecksum[] = [];
  for await (const checksum of warehouse.checksums(checksumFilter(options))) checksums.push(checksum);
  return { checksums, problems, stale, partitions: partitions.length, bars };
}

/** One partition: the pipeline over its klines, every chunk compared as it comes. */
class PartitionCheck {
  readonly #job: PartitionJob;
  readonly #contested: ContestedExits;
  readonly #problems = new Map<string, VerifyProblem>();
  /** Results by strategy; a trade's result comes with the chunk that decides it, so they are compared at the end. */
  readonly #results: FactColumns[][];

  constructor(
    readonly warehouse: Warehouse,
    readonly pool: ComputePool,
    readonly partition: PartitionState,
    readonly strategies: readonly StrategyRecord[],
    readonly options: VerifyOptions,
  ) {
    this.#job = { interval: partition.interval, strategies, codes: PROGRAM.codes };
    this.#contested = new ContestedExits(warehouse, partition);
    this.#results = strategies.map(() => []);
  }

  async run(): Promise<VerifyProblem[]> {
    const { warehouse, partition } = this;
    const batchRows = this.options.chunkRows ?? DEFAULT_CHUNK_ROWS;
    const hasher = new BlockHasher(0);
    const hashes: BlockHash[] = [];
    const bars = ahead(warehouse.scanKlines(partition, {}, { batchRows, shared: true }), 1);
    let carry: Carry | null = null;
    for await (const batch of bars) {
      const klines = klineArrays(batch);
      const output = await this.pool.run({
        job: this.#job,
        rows: batch.numRows,
        klines: inputArrays(batch),
        carry,
        wantFacts: true,
      });
      carry = output.carry;
      hashes.push(...hasher.push(klines, batch.numRows));
      const closeTime = klines[6]!;
      const range = { from: closeTime[0]!, to: closeTime[batch.numRows - 1]! + 1 };
      await this.#compare(
        'fact_indicator',
        null,
        warehouse.scanIndicators(partition, PROGRAM.codes, range),
        output.indicators!,
        indicatorColumns(PROGRAM.codes),
      );
      for (const [i, facts] of output.strategies.entries()) {
        const strategy = this.strategies[i]!;
        const stored = warehouse.scanPredictions(strategy.strategyId, partition, range);
        await this.#compare('fact_prediction', strategy, stored, facts.predictions, PREDICTION_COLUMNS);
        await this.#contested.decide([{ strategy, results: facts.results }]);
        this.#results[i]!.push(copyOf(facts.results));
      }
      output.release();
      this.options.onBars?.(batch.numRows);
    }
    const last = hasher.finish();
    if (last !== null) hashes.push(last);
    await this.#compareLineage(hashes);
    for (const [i, strategy] of this.strategies.entries())
      await this.#compare(
        'fact_prediction_result',
        strategy,
        warehouse.scanResults(strategy.strategyId, partition, {}),
        sortedByTime(this.#results[i]!),
        RESULT_COLUMNS,
      );
    return [...this.#problems.values()];
  }

  async #compare(
    table: FactTable,
    strategy: StrategyRecord | null,
    stored: Parameters<typeof firstDifference>[0],
    computed: FactColumns,
    specs: Parameters<typeof firstDifference>[2],
  ): Promise<void> {
    const difference = await firstDifference(stored, computed, specs);
    if (difference !== null) this.#report(table, strategy, difference);
  }

  /** Keeps the first offending row of each table and strategy. */
  #report(table: VerifyProblem['table'], strategy: StrategyRecord | null, difference: Difference): void {
    const id = `${table}|${strategy?.strategyId ?? ''}`;
    if (this.#problems.has(id)) return;
    const { at, column, stored, computed } = difference;
    this.#problems.set(id, {
      table,
      strategy: strategy?.document.strategy ?? null,
      version: strategy?.version ?? null,
      symbol: this.partition.symbol,
      interval: this.partition.interval,
      at,
      message: `${column} is ${stored}, recomputed ${computed}`,
    });
  }

  async #compareLineage(hashes: readonly BlockHash[]): Promise<void> {
    const stored = await this.warehouse.lineage(this.partition);
    const rows = Math.max(stored.length, hashes.length);
    for (let b = 0; b < rows; b++) {
      const was = stored[b]?.klineHash ?? 'missing';
      const is = hashes[b]?.klineHash ?? 'missing';
      if (was === is) continue;
      const at = hashes[b]?.closeTime ?? stored[b]?.closeTime ?? null;
      this.#report('lineage', null, { at, column: `kline hash of block ${b}`, stored: was, computed: is });
      return;
    }
  }
}

/** Resampled bars that are not what their bars make of them; derivations that wait for a resample are left out. */
async function derivedProblems(warehouse: Warehouse, options: VerifyOptions): Promise<VerifyProblem[]> {
  const waiting = await staleDerivatives(warehouse);
  const partitions = await warehouse.partitions();
  const problems: VerifyProblem[] = [];
  for (const head of await warehouse.resampleHeads()) {
    const { symbol, interval, source } = head;
    if ((options.symbol ?? symbol) !== symbol || (options.interval ?? interval) !== interval) continue;
    if (waiting.some((task) => task.symbol === symbol && task.target === interval && task.source === source))
      continue;
    const of = partitions.find((partition) => partition.symbol === symbol && partition.interval === source);
    if (of === undefined) continue;
    const problem = await verifyDerived(warehouse, head, of.lastCloseTime);
    if (problem !== null) problems.push({ table: 'fact_kline', strategy: null, version: null, ...problem });
  }
  return problems;
}

async function grainProblems(warehouse: Warehouse): Promise<VerifyProblem[]> {
  const problems: VerifyProblem[] = [];
  for (const [table, sql] of Object.entries(GRAIN_QUERIES)) {
    const { columns, rows } = await warehouse.query(sql);
    if (rows.length === 0) continue;
    const first = columns.map((name, i) => `${name} ${String(rows[0]![i])}`).join(', ');
    problems.push({
      table: 'grain',
      strategy: null,
      version: null,
      symbol: null,
      interval: null,
      at: null,
      message: `${table}: ${rows.length} keys stand more than once, first ${first}`,
    });
  }
  return problems;
}

/** Facts that outlive their chunk's memory. */
function copyOf({ rows, arrays }: FactColumns): FactColumns {
  return { rows, arrays: arrays.map((array) => array.slice()) };
}

function checksumFilter({ symbol, interval, strategy }: PlanFilter): Parameters<Warehouse['checksums']>[0] {
  return {
    ...(symbol === undefined ? {} : { symbol }),
    ...(interval === undefined ? {} : { interval }),
    ...(strategy === undefined ? {} : { strategy }),
  };
}
