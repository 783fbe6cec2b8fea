import {
  DEFAULT_CHUNK_ROWS,
  type PartitionPlan,
  type RecomputeReport,
  recompute,
  UserError,
} from '../engine/index.js';
import type { Warehouse } from '../warehouse/index.js';
import type { ComputeOptions } from './command.js';
import { interruptible, stopIfInterrupted } from './interruption.js';
import { Progress } from './progress.js';
import { findStrategy } from './strategies.js';

/** Recomputes what is stale, with progress on a terminal; Ctrl-C rolls the passes under way back. */
export async function recomputeWithProgress(
  warehouse: Warehouse,
  options: ComputeOptions & { readonly force?: true },
): Promise<RecomputeReport> {
  await checkFilter(warehouse, options);
  const progress = new Progress('bars', null);
  let bars = 0;
  try {
    return await interruptible(() =>
      recompute(warehouse, {
        symbol: options.symbol,
        interval: options.interval,
        strategy: options.strategy,
        force: options.force === true,
        threads: options.threads,
        chunkRows: options.chunkRows ?? DEFAULT_CHUNK_ROWS,
        onPlan: (plans) => {
          progress.total = plannedBars(plans);
        },
        onBars: (written) => {
          bars += written;
          progress.show(bars);
          stopIfInterrupted();
        },
      }),
    );
  } finally {
    progress.end();
  }
}

/** @throws UserError when a filter names what is not in the warehouse */
export async function checkFilter(
  warehouse: Warehouse,
  { strategy, symbol, interval }: { strategy?: string; symbol?: string; interval?: string },
): Promise<void> {
  if (strategy !== undefined) await findStrategy(warehouse, strategy);
  if (symbol === undefined && interval === undefined) return;
  const partitions = await warehouse.partitions();
  const isLoaded = partitions.some(
    (partition) =>
      (symbol === undefined || partition.symbol === symbol) &&
      (interval === undefined || partition.interval === interval),
  );
  if (isLoaded) return;
  const loaded = partitions.map((partition) => `${partition.symbol} ${partition.interval}`).join(', ');
  throw new UserError(
    `no klines of ${[symbol, interval].filter((part) => part !== undefined).join(' ')} are loaded; loaded are ${loaded || 'none'}`,
  );
}

/**
 * Checks the filter of a command that looks at what was computed: there must be klines, and of a strategy that is named the
 * newest version in use, which is what is computed.
 *
 * @throws UserError
 */
export async function checkComputed(
  warehouse: Warehouse,
  filter: { strategy?: string; symbol?: string; interval?: string },
): Promise<void> {
  await checkFilter(warehouse, filter);
  if ((await warehouse.partitions()).length === 0)
    throw new UserError('no klines are loaded; klinemill load brings them');
  const { strategy } = filter;
  if (strategy === undefined) return;
  const isComputed = (await warehouse.strategies()).some(
    ({ isNewest, isEnabled, document }) => isNewest && isEnabled && document.strategy === strategy,
  );
  if (!isComputed)
    throw new UserError(
      `strategy: '${strategy}' is not computed; that is the newest version of an enabled strategy, named without @`,
    );
}

/** @throws Error when every partition that was asked for is stale: nothing was looked at, which is no success */
export function checkLookedAt(command: string, partitions: number): void {
  if (partitions > 0) return;
  throw new Error(
    `${command}: nothing was looked at: every partition waits for a recompute; klinemill recompute first`,
  );
}

/** About what there is to do: bars of a partition are not counted one by one, so a resumed pass counts by its share. */
export function plannedBars(plans: readonly PartitionPlan[]): number {
  let bars = 0;
  for (const { partition, passes } of plans) {
    const { firstCloseTime, lastCloseTime, rows } = partition;
    const span = Math.max(1, lastCloseTime - firstCloseTime);
    for (const { from } of passes)
      bars += from === null ? rows : Math.ceil((rows * (lastCloseTime - from)) / span) + 1;
  }
  return bars;
}
