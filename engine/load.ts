import { statSync } from 'node:fs';
import { type PartitionKey, type Warehouse, WarehouseLostError } from '../warehouse/index.js';
import { againWhenLost } from './again-when-lost.js';
import { UserError } from './errors.js';
import { inSession } from './in-session.js';
import { FileLoad } from './load/file-load.js';
import type { LoadOptions, LoadProgress, LoadReport } from './load/report.js';
import { type ByteSource, openFile } from './source/file.js';
import type { KlineSource } from './source/kline-source.js';
import { withParseThread } from './source/parse-threads.js';
import { partitionOfFile } from './source/partition-of-file.js';

/**
 * Loads one file (CSV, plain or in a gzip or zip; Parquet; Arrow IPC; `-` for standard input) into the warehouse, in one
 * transaction: after an error nothing of it is there. Loading the same file again adds nothing.
 *
 * @throws UserError for what the user can mend: no such file, a name that says no symbol, a cut off gzip, no klines in it
 */
export async function loadFile(
  warehouse: Warehouse,
  path: string,
  options: LoadOptions,
): Promise<LoadReport> {
  const [report] = await loadFiles(warehouse, [path], options);
  return report!;
}

/**
 * Loads files one after another under one run, each in a transaction of its own.
 *
 * @throws UserError or whatever the warehouse throws, for the first file that fails; the message then says how many
 *   files before it stay loaded
 */
export async function loadFiles(
  warehouse: Warehouse,
  paths: readonly string[],
  options: LoadOptions,
): Promise<LoadReport[]> {
  // Names first: a typing error in the last one should not cost the load of all others.
  const partitions = await Promise.all(paths.map((path) => partitionOfFile(path, options)));
  return withParseThread((thread) => {
    const sources = paths.map((path, i) => ({
      source: isWorthAThread(path) ? thread.open(path, options.limits) : openFile(path, options.limits),
      key: partitions[i]!,
    }));
    return loadSources(warehouse, sources, options);
  });
}

/** Below it starting a thread costs more than it saves. */
const THREAD_BYTES = { plain: 8e6, packed: 2e6 };

/** Text that is large enough to be parsed beside the writing of it. */
function isWorthAThread(path: string): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (/\.(gz|zip)$/i.test(path)) return size >= THREAD_BYTES.packed;
  return /\.csv$/i.test(path) && size >= THREAD_BYTES.plain;
}

/** As `loadFiles`, of sources that need not be files. */
export async function loadSources(
  warehouse: Warehouse,
  sources: readonly { readonly source: ByteSource | KlineSource; readonly key: PartitionKey }[],
  options: LoadOptions,
): Promise<LoadReport[]> {
  const runId = await warehouse.startRun(
    'load',
    sources.map(({ source }) => source.name).join(' '),
    Date.now(),
  );
  const reports: LoadReport[] = [];
  try {
    for (const { source, key } of sources)
      reports.push(await loadSource(warehouse, runId, source, key, options));
  } catch (error) {
    await warehouse.finishRun(runId, 'FAILED', (error as Error).message, Date.now());
    if (reports.length > 0 && error instanceof UserError)
      throw new UserError(`${error.message} (the ${reports.length} before it stay loaded)`, { cause: error });
    throw error;
  }
  const added = reports.reduce((sum, report) => sum + report.added, 0);
  const revised = reports.reduce((sum, report) => sum + report.revised, 0);
  await warehouse.finishRun(
    runId,
    'DONE',
    `${reports.length} ${reports.length === 1 ? 'file' : 'files'}, ${added} bars added, ${revised} revised`,
    Date.now(),
  );
  return reports;
}

/**
 * One source in a transaction of its own, under a run that the caller has begun; again from its start when that
 * transaction was lost.
 *
 * @throws as `loadSources`
 */
export async function loadSource(
  warehouse: Warehouse,
  runId: number,
  source: ByteSource | KlineSource,
  key: PartitionKey,
  options: LoadOptions,
): Promise<LoadReport> {
  let read = 0;
  // Rows that are read again are no progress.
  const onProgress = (step: LoadProgress): void => {
    read = Math.max(read, step.read);
    options.onProgress?.({ ...step, read });
  };
  const load = (): Promise<LoadReport> =>
    inSession(warehouse, (session) =>
      new FileLoad(session, runId, source, key, { ...options, onProgress }).run(),
    );
  if (source.isRepeatable) return againWhenLost(load);
  return load().catch((error: unknown) => {
    if (!(error instanceof WarehouseLostError)) throw error;
    throw new Error(`${error.message}; '${source.name}' cannot be read a second time: load it again`, {
      cause: error,
    });
  });
}
