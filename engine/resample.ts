import { RESAMPLE_VERSION } from '../kernels/index.js';
import { type PartitionState, type ResampleHead, readGaps, type Warehouse } from '../warehouse/index.js';
import { againWhenLost } from './again-when-lost.js';
import { UserError } from './errors.js';
import { inSession } from './in-session.js';
import { durationOf, INTERVAL_NAMES } from './interval.js';
import { Derivation, type DeriveReport } from './resample/derive.js';
import { type Derivative, planResample, type ResampleTask } from './resample/plan.js';

export interface ResampleOptions {
  /** Interval to derive from. */
  readonly from: string;
  /** Intervals to derive: coarser ones that `from` divides. */
  readonly to: readonly string[];
  /** Only this symbol; default: every symbol that `from` is loaded of. */
  readonly symbol?: string | undefined;
  /** Buckets that lack bars are derived from those that are there. */
  readonly partial?: boolean | undefined;
  /** Bars that stand and say something else give way, the old ones kept in kline_revision. Looks at every bar. */
  readonly revise?: boolean | undefined;
  /** Epoch ms, default the clock: a bucket that has not closed by then, nor by its bars, is left out. */
  readonly now?: number | undefined;
  readonly onPlan?: ((tasks: readonly ResampleTask[]) => void) | undefined;
  /** Called as source bars are read. */
  readonly onBars?: ((bars: number) => void) | undefined;
}

/** One derivative that was brought up to date. */
export interface ResampleTaskReport extends Derivative, DeriveReport {
  readonly reason: string;
  readonly elapsedMs: number;
}

export interface ResampleReport {
  /** null: nothing was stale, and no run was written to the ledger. */
  readonly runId: number | null;
  readonly tasks: readonly ResampleTaskReport[];
  readonly elapsedMs: number;
}

/**
 * Derives coarser klines from finer ones (SPEC 2): what is new or changed since the last time, and nothing else. Each
 * derivative is one transaction; a killed run leaves whole ones and the next run does the rest.
 *
 * @throws UserError for intervals that do not fit, or when no klines of `from` are loaded
 */
export async function resample(warehouse: Warehouse, options: ResampleOptions): Promise<ResampleReport> {
  const startedAt = Date.now();
  const now = options.now ?? startedAt;
  const targets = checkedTargets(options);
  const partitions = await warehouse.partitions();
  const symbols = symbolsOf(partitions, options);
  const heads = await warehouse.resampleHeads();
  const changes = await warehouse.klineChanges(0);
  const seq = changes.reduce((newest, change) => Math.max(newest, change.seq), 0);
  const [partial, revise] = [options.partial === true, options.revise === true];
  const wanted = symbols.flatMap((symbol) =>
    targets.map((target): Derivative => ({ symbol, source: options.from, target })),
  );
  const gaps = partial ? await readGaps(warehouse) : [];
  const planned = planResample({ wanted, partitions, changes, heads, gaps, now, partial, revise });
  options.onPlan?.(planned);
  if (planned.length === 0) return { runId: null, tasks: [], elapsedMs: Date.now() - startedAt };

  const runId = await warehouse.startRun('resample', describe(options), startedAt);
  const context = { warehouse, runId, partial, revise, now, onBars: options.onBars };
  const tasks: ResampleTaskReport[] = [];
  try {
    for (const task of planned) {
      const taskStartedAt = Date.now();
      const report = await againWhenLost(() =>
        inSession(warehouse, async (session) => {
          const done = await new Derivation(session, context, task).run();
          const partialSeq = partial ? seq : (headOf(heads, task)?.partialSeq ?? 0);
          const { symbol, source, target: interval } = task;
          const head = { symbol, interval, source, seq, partialSeq, version: RESAMPLE_VERSION, runId };
          await session.setResampleHead(head);
          return done;
        }),
      );
      const { symbol, source, target, reason } = task;
      tasks.push({ symbol, source, target, reason, ...report, elapsedMs: Date.now() - taskStartedAt });
    }
  } catch (error) {
    await warehouse.finishRun(runId, 'FAILED', (error as Error).message, Date.now());
    throw error;
  }
  const added = tasks.reduce((sum, task) => sum + task.added, 0);
  await warehouse.finishRun(runId, 'DONE', `${tasks.length} partitions, ${added} bars added`, Date.now());
  return { runId, tasks, elapsedMs: Date.now() - startedAt };
}

/** Derivatives that wait for a resample because bars they are made of came or changed. */
export async function staleDerivatives(warehouse: Warehouse): Promise<ResampleTask[]> {
  const heads = await warehouse.resampleHeads();
  if (heads.length === 0) return [];
  return planResample({
    wanted: heads.map(({ symbol, interval, source }) => ({ symbol, source, target: interval })),
    partitions: await warehouse.partitions(),
    changes: await warehouse.klineChanges(0),
    heads,
    gaps: [],
    now: Date.now(),
    partial: false,
    revise: false,
  });
}

/** Without repetition, shortest first. @throws UserError that names the allowed ones */
function checkedTargets({ from, to }: ResampleOptions): string[] {
  const duration = durationOf(from);
  const allowed = INTERVAL_NAMES.filter(
    (interval) => durationOf(interval) > duration && durationOf(interval) % duration === 0,
  );
  const wrong = to.find((interval) => !allowed.includes(interval));
  if (wrong !== undefined)
    throw new UserError(
      `resample: '${wrong}' cannot be derived from ${from}; allowed: ${allowed.join(', ') || 'none'}`,
    );
  return allowed.filter((interval) => to.includes(interval));
}

function symbolsOf(partitions: readonly PartitionState[], { from, symbol }: ResampleOptions): string[] {
  const symbols = partitions
    .filter((partition) => partition.interval === from && (symbol ?? partition.symbol) === partition.symbol)
    .map((partition) => partition.symbol);
  if (symbols.length > 0) return symbols;
  const loaded = partitions.map((partition) => `${partition.symbol} ${partition.interval}`).join(', ');
  const wanted = symbol === undefined ? from : `${symbol} ${from}`;
  throw new UserError(`resample: no klines of ${wanted} are loaded; loaded are ${loaded || 'none'}`);
}

function headOf(heads: readonly ResampleHead[], task: Derivative): ResampleHead | undefined {
  return heads.find(
    ({ symbol, interval, source }) =>
      symbol === task.symbol && interval === task.target && source === task.source,
  );
}

function describe({ from, to, symbol, partial, revise }: ResampleOptions): string {
  return JSON.stringify({ from, to, symbol, partial, revise });
}
