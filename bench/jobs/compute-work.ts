import { createHash } from 'node:crypto';
import {
  type Carry,
  type ChunkOutput,
  type ComputePool,
  createInlinePool,
  DEFAULT_CHUNK_ROWS,
  type PartitionJob,
} from '../../engine/index.js';
import { CODES, KLINE_INPUTS } from '../../kernels/index.js';
import { KLINE_COLUMNS } from '../../warehouse/index.js';
import type { Klines } from '../klines.js';
import { benchStrategies } from '../strategies.js';

/** A partition with everything that is to be computed of it; its columns lie on shared memory. */
export interface ComputeWork {
  readonly symbol: string;
  readonly job: PartitionJob;
  readonly rows: number;
  readonly columns: readonly Float64Array[];
}

type FactArray = ChunkOutput['strategies'][number]['predictions']['arrays'][number];

/** What a copy of the loop is given. */
export interface CopyInput {
  readonly work: readonly ComputeWork[];
  readonly repeats: number;
  /** Hash the facts (for the check; never under the clock). */
  readonly isHashed: boolean;
}

export interface Computed {
  readonly bars: number;
  /** `symbol interval sha256` of every partition's facts; empty when not hashed. */
  readonly digests: readonly string[];
}

/** Rows after which the chain's code is compiled. */
export const WARM_UP_ROWS = 2 * DEFAULT_CHUNK_ROWS;

/** Puts klines on shared memory, as the warehouse's scans do. */
export function share({ symbol, interval, rows, columns }: Klines): ComputeWork {
  return {
    symbol,
    job: { interval, strategies: benchStrategies(), codes: CODES },
    rows,
    columns: KLINE_INPUTS.map((input) => {
      const column = columns[KLINE_COLUMNS.findIndex(({ name }) => name === input.toLowerCase())]!;
      const shared = new Float64Array(new SharedArrayBuffer(rows * 8));
      shared.set(column);
      return shared;
    }),
  };
}

/** Computes a partition, or its first `limit` rows, chunk after chunk; the facts are dropped, or hashed. */
export async function computePartition(
  pool: ComputePool,
  work: ComputeWork,
  isHashed: boolean,
  limit = work.rows,
): Promise<Computed> {
  const { job, columns } = work;
  const rows = Math.min(limit, work.rows);
  const hash = isHashed ? createHash('sha256') : null;
  let carry: Carry | null = null;
  for (let from = 0; from < rows; from += DEFAULT_CHUNK_ROWS) {
    const to = Math.min(rows, from + DEFAULT_CHUNK_ROWS);
    const klines = columns.map((column) => column.subarray(from, to));
    const output = await pool.run({ job, rows: to - from, klines, carry, wantFacts: true });
    if (output.indicators?.rows !== to - from)
      throw new Error('compute: a chunk came back without its facts');
    if (hash !== null) for (const array of factArrays(output)) hash.update(array);
    carry = output.carry;
    output.release();
  }
  return {
    bars: rows,
    digests: hash === null ? [] : [`${work.symbol} ${job.interval} ${hash.digest('hex')}`],
  };
}

/** The loop of one copy: every partition, on the thread that calls. */
export async function computeCopy({ work, repeats, isHashed }: CopyInput): Promise<Computed> {
  const pool = createInlinePool();
  let bars = 0;
  const digests: string[] = [];
  for (let i = 0; i < repeats; i++)
    for (const part of work) {
      const done = await computePartition(pool, part, isHashed);
      bars += done.bars;
      digests.push(...done.digests);
    }
  return { bars, digests };
}

export async function warmUpCopy({ work }: CopyInput): Promise<void> {
  const pool = createInlinePool();
  for (let i = 0; i < 2; i++) await computePartition(pool, work[0]!, false, WARM_UP_ROWS);
}

/** The facts of a chunk, one array after another, as long as they have rows. */
export function factArrays({ indicators, strategies }: ChunkOutput): FactArray[] {
  const tables = [indicators!, ...strategies.flatMap(({ predictions, results }) => [predictions, results])];
  return tables.flatMap(({ rows, arrays }) => arrays.map((array) => array.subarray(0, rows)));
}
