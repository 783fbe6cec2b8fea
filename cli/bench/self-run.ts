import { copyFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSources, recompute } from '../../engine/index.js';
import { openWarehouse } from '../../warehouse/index.js';
import { interruptible, onSuddenEnd, stopIfInterrupted } from '../interruption.js';
import { withMirror } from '../open.js';
import { seedStrategies } from '../seeds.js';
import { type Market, makeCsvMarket } from './market.js';
import { type Timing, threadCounts, timingOf } from './timings.js';
import { STAGES, type Stage, type Walked, walk } from './walk.js';

/** Rounds that count, as long as the time lasts, after one that compiles the code and does not; the first is always whole. */
const ROUNDS = 3;
/** No round begins that would, by the one before it, end so long after the first that counts began. */
const BUDGET_MS = 20_000;

export interface SelfRun extends Omit<Walked, 'ms'> {
  readonly csvBytes: number;
  readonly stages: ReadonlyMap<Stage, Timing>;
  /** By thread count. */
  readonly threads: ReadonlyMap<number, Timing>;
  readonly elapsedMs: number;
}

/**
 * Measures the stages and the thread counts on a made-up market in a temporary folder, which is removed.
 *
 * @param bars about so many
 */
export async function selfRun(bars: number, memoryLimit: string): Promise<SelfRun> {
  const startedAt = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'klinemill-bench-'));
  const release = onSuddenEnd(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await interruptible(() => measure(folder, bars, memoryLimit, startedAt));
  } finally {
    await rm(folder, { recursive: true, force: true });
    release();
  }
}

async function measure(
  folder: string,
  asked: number,
  memoryLimit: string,
  startedAt: number,
): Promise<SelfRun> {
  const market = await makeCsvMarket(asked);
  const template = join(folder, 'klines.duckdb');
  const passing = join(folder, 'facts.duckdb');
  await loadTemplate(template, memoryLimit, market);
  const stageMs = new Map<Stage, number[]>(STAGES.map((stage) => [stage, []]));
  const threadMs = new Map<number, number[]>(
    threadCounts(availableParallelism()).map((threads) => [threads, []]),
  );
  const timeRound = async (): Promise<Walked> => {
    const walked = await walk(passing, memoryLimit, market);
    await remove(passing);
    for (const [stage, samples] of stageMs) samples.push(walked.ms[stage]);
    for (const [threads, samples] of threadMs) {
      copyFileSync(template, passing);
      samples.push(await timeRecompute(passing, memoryLimit, threads, walked.bars));
      await remove(passing);
    }
    return walked;
  };
  const { ms: _, ...work } = await timeRound();
  for (const samples of [...stageMs.values(), ...threadMs.values()]) samples.length = 0;
  const countedAt = performance.now();
  let roundMs = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const roundAt = performance.now();
    if (round > 0 && roundAt - countedAt + roundMs > BUDGET_MS) break;
    await timeRound();
    roundMs = performance.now() - roundAt;
  }
  return {
    ...work,
    csvBytes: market.bytes,
    stages: summarized(stageMs),
    threads: summarized(threadMs),
    elapsedMs: performance.now() - startedAt,
  };
}

async function loadTemplate(file: string, memoryLimit: string, market: Market): Promise<void> {
  await withMirror(`duckdb:${file}`, memoryLimit, async (warehouse) => {
    await seedStrategies(warehouse);
    const sources = market.sources.map(({ key, open }) => ({ key, source: open() }));
    await loadSources(warehouse, sources, { now: market.now, onProgress: () => stopIfInterrupted() });
  });
}

/** From the open file to everything committed and the file closed; ms. */
async function timeRecompute(
  file: string,
  memoryLimit: string,
  threads: number,
  bars: number,
): Promise<number> {
  const warehouse = await openWarehouse(`duckdb:${file}`, { memoryLimit });
  const startedAt = performance.now();
  let computed = 0;
  try {
    const report = await recompute(warehouse, { threads, onBars: () => stopIfInterrupted() });
    computed = report.bars;
  } finally {
    await warehouse.close();
  }
  const elapsedMs = performance.now() - startedAt;
  if (computed !== bars) throw new Error(`bench: ${threads} threads computed ${computed} bars of ${bars}`);
  return elapsedMs;
}

/** A DuckDB file, and its log where one was left. */
async function remove(file: string): Promise<void> {
  await rm(file, { force: true });
  await rm(`${file}.wal`, { force: true });
}

function summarized<Key>(samples: ReadonlyMap<Key, readonly number[]>): Map<Key, Timing> {
  return new Map([...samples].map(([key, ms]) => [key, timingOf(ms)]));
}
