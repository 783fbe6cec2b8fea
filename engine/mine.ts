import { inSampleCount } from '../kernels/index.js';
import {
  type AnalyticsFilter,
  type MiningParameters,
  type MiningRun,
  readMiningRuns,
  type Warehouse,
  writeMining,
} from '../warehouse/index.js';
import { againWhenLost } from './again-when-lost.js';
import { UserError } from './errors.js';
import { contentHash, MINING_VERSION } from './mining/content-hash.js';
import { type FindOptions, findPatterns, type Patterns } from './mining/find.js';
import { type MinedTrades, readMinedTrades } from './mining/trades.js';

/** What to mine (SPEC 8). */
export interface MineOptions
  extends FindOptions,
    Pick<AnalyticsFilter, 'strategy' | 'symbol' | 'interval' | 'side' | 'from' | 'to'> {}

export const MINING_DEFAULTS = { minSupport: 0.02, maxLength: 4, minConfidence: 0.6 } as const;

export interface MineReport {
  /** As it is stored. */
  readonly run: MiningRun;
  /** False: the same question over the same trades was stored before, as `run.runId`. */
  readonly isNew: boolean;
  readonly patterns: Patterns;
}

/**
 * Mines the confirmed trades of a filter and stores what it finds, in one transaction, unless the same was stored before.
 *
 * @param source where the trades are read; DuckDB
 * @param store where the patterns go; the same warehouse, or the one that `source` is a replica of
 * @throws UserError when there is no trade, or would be more than 5 million item sets: nothing is stored
 */
export async function mine(source: Warehouse, store: Warehouse, options: MineOptions): Promise<MineReport> {
  const startedAt = Date.now();
  const trades = await readMinedTrades(source, options);
  if (trades.labels.length === 0)
    throw new UserError(
      'mine: no confirmed trade (WIN or LOSS) is among what was asked for; klinemill report shows what there is',
    );
  const parameters: MiningParameters = {
    strategies: trades.strategies.map(({ document, version }) => `${document.strategy}@${version}`),
    symbol: options.symbol ?? null,
    interval: options.interval ?? null,
    side: options.side ?? null,
    from: options.from ?? null,
    to: options.to ?? null,
    minSupport: options.minSupport,
    maxLength: options.maxLength,
    minConfidence: options.minConfidence,
  };
  const hash = contentHash(parameters, trades);
  const patterns = await findPatterns(trades, trades.itemNames, options);
  const [known] = await readMiningRuns(store, hash);
  if (known !== undefined) return { run: known, isNew: false, patterns };
  const runId = await store.startRun('mine', `${parameters.strategies.join(', ')}: ${hash}`, startedAt);
  const run: MiningRun = {
    runId,
    contentHash: hash,
    version: MINING_VERSION,
    ...parameters,
    ...summary(trades),
  };
  await save(store, run, patterns);
  return { run, isNew: true, patterns };
}

type Summary = Omit<MiningRun, keyof MiningParameters | 'runId' | 'contentHash' | 'version'>;

function summary({ labels, predictingAt, confirmedAt, constantItems }: MinedTrades): Summary {
  const trades = labels.length;
  const inSampleTrades = inSampleCount(trades);
  const wins = (until: number): number => labels.subarray(0, until).reduce((sum, label) => sum + label, 0);
  return {
    trades,
    wins: wins(trades),
    inSampleTrades,
    inSampleWins: wins(inSampleTrades),
    firstPredictingAt: predictingAt.reduce((a, b) => Math.min(a, b)),
    lastConfirmedAt: confirmedAt[trades - 1]!,
    constantItems,
  };
}

async function save(store: Warehouse, run: MiningRun, patterns: Patterns): Promise<void> {
  const detail = `${run.strategies.join(', ')}: ${run.contentHash}`;
  try {
    await againWhenLost(() => write(store, run, patterns));
  } catch (error) {
    await store.finishRun(run.runId, 'FAILED', (error as Error).message, Date.now());
    throw error;
  }
  await store.finishRun(run.runId, 'DONE', detail, Date.now());
}

async function write(store: Warehouse, run: MiningRun, patterns: Patterns): Promise<void> {
  const session = await store.begin();
  try {
    await writeMining(session, run, patterns.itemsets(), rulesOf(patterns));
    await session.commit();
  } catch (error) {
    await session.rollback();
    throw error;
  }
}

function* rulesOf(patterns: Patterns) {
  yield* patterns.associations();
  yield* patterns.edges();
}
