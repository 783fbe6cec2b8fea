import { join } from 'node:path';
import { defaultThreads } from '../../engine/index.js';
import type { BenchCase, BenchContext, Sample } from '../case.js';
import { loadKlines, repeat, SERIES, writeCsv } from '../corpus.js';
import type { Klines } from '../klines.js';
import { type MySqlServer, missingServer, openServer } from '../mysql-server.js';
import { runJob } from '../run-job.js';

interface ReplicaInput {
  readonly server: MySqlServer;
  readonly url: string;
  readonly klines: Klines;
  readonly context: BenchContext;
  /** A replica that follows. */
  readonly file: string;
  /** Bars in the warehouse. */
  bars: number;
  /** Cells of a full sync, and of one after a new bar. */
  full: number;
  step: number;
}

const THREADS = defaultThreads();
const { symbol, interval, durationMs } = SERIES.btc15m;
const STEP = 'sync after one new bar';
/** What an incremental sync may copy of a full one. */
const STEP_SHARE = 0.01;

export const replica: BenchCase<ReplicaInput> = {
  name: 'replica',
  group: 'mysql',
  title:
    'a new DuckDB replica of a MySQL warehouse with BTCUSDT 15m (twice end to end), 45 codes and two strategies, file closed, against ' +
    'bringing one up to date after one new bar was loaded and computed; rows = cells of the stored rows that were copied.',
  missing: missingServer,
  sizes: ({ isQuick }) => [{ label: 'BTCUSDT 15m', bars: isQuick ? 6_000 : 200_000 }],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 3, roundMs: 0, warmUp: 0 }),
  load: async ({ bars }, context) => {
    const server = await openServer(context);
    try {
      const klines = repeat(loadKlines(SERIES.btc15m), 2, durationMs);
      const file = join(context.folder, 'replica.duckdb');
      const url = await server.createDatabase();
      const input = { server, url, klines, context, file, bars: 0, full: 0, step: 0 };
      await take(input, bars);
      return input;
    } catch (error) {
      await server.close();
      throw error;
    }
  },
  work: ({ bars, full }) => ({ bars, rows: full }),
  check: async (input) => {
    const full = await synced(input, input.file, true);
    input.full = full.values;
    await take(input, 1);
    const step = await synced(input, input.file, true);
    input.step = step.values;
    const share = step.values / full.values;
    if (step.values === 0 || share >= STEP_SHARE)
      throw new Error(`replica: ${step.values} of ${full.values} cells after one new bar`);
    await revise(input, Math.floor(input.bars / 2));
    const revised = await synced(input, input.file, true);
    return (
      `all ${full.compared} checksums after a full sync, after one new bar (${(share * 100).toFixed(3)} % of the cells) and after ` +
      `--revise of the bar in the middle (${((revised.values / full.values) * 100).toFixed(1)} %)`
    );
  },
  run: {
    name: 'full sync',
    run: (input) => input.context.withFile((file) => sample(input, file)),
  },
  reference: [
    {
      name: STEP,
      work: ({ bars, step }) => ({ bars, rows: step }),
      prepare: (input) => take(input, 1),
      run: (input) => sample(input, input.file),
    },
  ],
  release: ({ server }) => server.close(),
};

/** Loads the next bars into the warehouse and computes what follows from them. */
async function take(input: ReplicaInput, bars: number): Promise<void> {
  await store(input, part(input.klines, input.bars, input.bars + bars), false);
  input.bars += bars;
}

/** The bar closes at its high. */
async function revise(input: ReplicaInput, row: number): Promise<void> {
  const bar = part(input.klines, row, row + 1);
  const [high, close] = [2, 4];
  const columns = bar.columns.map((column, c) => (c === close ? bar.columns[high]! : column));
  await store(input, { ...bar, columns }, true);
}

async function store({ url, context }: ReplicaInput, klines: Klines, isRevising: boolean): Promise<void> {
  const path = join(context.folder, 'replica.csv');
  writeCsv(klines, path);
  await runJob('loadMySql', { url, path, symbol, interval, isRevising });
  await runJob('recomputeMySql', { url, threads: THREADS });
}

async function synced({ url }: ReplicaInput, file: string, isCompared: boolean) {
  return (await runJob('syncFile', { url, file, isCompared })).result;
}

async function sample({ url }: ReplicaInput, file: string): Promise<Sample> {
  const { result, peakBytes } = await runJob('syncFile', { url, file });
  return { elapsedMs: result.elapsedMs, peakBytes };
}

function part(klines: Klines, from: number, to: number): Klines {
  return { ...klines, rows: to - from, columns: klines.columns.map((column) => column.subarray(from, to)) };
}
