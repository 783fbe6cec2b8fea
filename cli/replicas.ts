import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import {
  type ChecksumComparison,
  type SyncOptions,
  type SyncReport,
  syncReplica,
  UserError,
} from '../engine/index.js';
import type { Warehouse } from '../warehouse/index.js';
import type { CommonOptions } from './command.js';
import { counted } from './format.js';
import { interruptible, stopIfInterrupted } from './interruption.js';
import { withMirror, withReader } from './open.js';
import { note } from './output.js';
import { Progress } from './progress.js';

/** Options of commands that scan, and so may need a replica. */
export interface ReplicaOptions extends CommonOptions {
  readonly replica?: string;
}

/** Adds `--replica`. */
export function replicaOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--replica <path>',
      'DuckDB file that follows the warehouse (default: one in ./data for each warehouse)',
    ).env('KLINEMILL_REPLICA'),
  );
}

/**
 * Runs `work` where scans belong (DuckDB): on the warehouse itself when it is a DuckDB file and no replica is named,
 * otherwise on its replica, brought up to date.
 */
export function withAnalytics<T>(
  options: ReplicaOptions,
  work: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  return withReader(options, (source) => withScans(source, options, work));
}

/** The same for an open warehouse. */
export async function withScans<T>(
  source: Warehouse,
  options: ReplicaOptions,
  work: (scanned: Warehouse) => Promise<T>,
): Promise<T> {
  if (options.replica === undefined && source.url.startsWith('duckdb:')) return work(source);
  return withReplica(source, options, async (replica) => {
    const { rows, isReset } = await syncWithProgress(source, replica, {});
    if (rows > 0)
      note(`${replica.url} ${isReset ? 'made anew' : 'brought up to date'}: ${counted(rows, 'row')}`);
    return work(replica);
  });
}

/** Opens the replica of `source`, made when it does not exist. @throws UserError when it is the source itself */
export function withReplica<T>(
  source: Warehouse,
  { replica, memoryLimit }: ReplicaOptions,
  work: (replica: Warehouse) => Promise<T>,
): Promise<T> {
  const path = replica ?? defaultPath(source.url);
  if (source.url.startsWith('duckdb:') && resolve(source.url.slice('duckdb:'.length)) === resolve(path))
    throw new UserError(`replica: ${path} is the warehouse itself; --replica names another file`);
  return withMirror(`duckdb:${path}`, memoryLimit, work);
}

/** One file a warehouse; its url holds no password. */
function defaultPath(url: string): string {
  return `./data/replica-${createHash('sha256').update(url).digest('hex').slice(0, 12)}.duckdb`;
}

/** Follows the source with progress on a terminal; Ctrl-C rolls the partition under way back. */
export function syncWithProgress(
  source: Warehouse,
  target: Warehouse,
  options: Pick<SyncOptions, 'full' | 'onCompared'>,
): Promise<SyncReport> {
  return copyingWithProgress((onRows) => syncReplica(source, target, { ...options, onRows }));
}

/** Runs what copies rows, with progress and in a way that Ctrl-C can end. */
export async function copyingWithProgress<T>(
  work: (onRows: (rows: number) => void) => Promise<T>,
): Promise<T> {
  const progress = new Progress('rows', null);
  let copied = 0;
  const onRows = (rows: number): void => {
    copied += rows;
    progress.show(copied);
    stopIfInterrupted();
  };
  return interruptible(() => work(onRows)).finally(() => progress.end());
}

/** Facts of a comparison as plain data. */
export function differingFacts({ differing }: ChecksumComparison) {
  return differing.map(({ table, strategy, version, symbol, interval }) => ({
    table,
    strategy,
    version,
    symbol,
    interval,
  }));
}
