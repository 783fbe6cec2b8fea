import type { z } from 'zod';
import {
  type LoadOptions,
  type LoadProgress,
  type LoadReport,
  loadFiles,
  loadSources,
} from '../engine/index.js';
import type { Warehouse } from '../warehouse/index.js';
import { estimateRows } from './estimate-rows.js';
import { counted, time, whole } from './format.js';
import { interruptible, stopIfInterrupted } from './interruption.js';
import { Progress } from './progress.js';
import type { LOADED_FILE } from './schemas/load.js';
import { table } from './table.js';

/** Loads files with progress on a terminal; Ctrl-C rolls the file under way back. */
export function loadWithProgress(
  warehouse: Warehouse,
  paths: readonly string[],
  options: Omit<LoadOptions, 'onProgress'>,
): Promise<LoadReport[]> {
  const isShown = process.stderr.isTTY === true && !paths.includes('-');
  return withProgress(isShown ? estimateRows(paths) : null, (onProgress) =>
    loadFiles(warehouse, paths, { ...options, onProgress }),
  );
}

/** Loads sources that are no files in the same way. */
export function loadSourcesWithProgress(
  warehouse: Warehouse,
  sources: Parameters<typeof loadSources>[1],
): Promise<LoadReport[]> {
  return withProgress(null, (onProgress) => loadSources(warehouse, sources, { now: Date.now(), onProgress }));
}

async function withProgress(
  rows: number | null,
  load: (onProgress: (step: LoadProgress) => void) => Promise<LoadReport[]>,
): Promise<LoadReport[]> {
  const progress = new Progress('rows', rows);
  let before = 0;
  let current: LoadProgress = { source: '', read: 0 };
  try {
    return await interruptible(() =>
      load((step) => {
        // A smaller count is the next file's, be its name the same.
        if (step.source !== current.source || step.read < current.read) before += current.read;
        current = step;
        progress.show(before + step.read);
        stopIfInterrupted();
      }),
    );
  } finally {
    progress.end();
  }
}

/** One line a file, and what was not taken below. */
export function loadText(reports: readonly LoadReport[]): string {
  const columns = [{ head: 'file', left: true }, ...COLUMNS];
  const rows = reports.map((report) => [report.source, ...loadCells([report])]);
  return [table(columns, rows), ...findings(reports)].join('\n');
}

/** As `loadText`, with one line a partition: a folder may hold hundreds of files. */
export function loadSummary(reports: readonly LoadReport[]): string {
  const partitions = new Map<string, LoadReport[]>();
  for (const report of reports) {
    const key = `${report.symbol}|${report.interval}`;
    partitions.set(key, [...(partitions.get(key) ?? []), report]);
  }
  const rows = [...partitions.values()].map((own) => [whole(own.length), ...loadCells(own)]);
  return [table([{ head: 'files' }, ...COLUMNS], rows), ...findings(reports)].join('\n');
}

const COLUMNS = [
  { head: 'symbol', left: true },
  { head: 'interval', left: true },
  { head: 'rows' },
  { head: 'added' },
  { head: 'known' },
  { head: 'revised' },
  { head: 'rejected' },
  { head: 'from', left: true },
  { head: 'to (UTC)', left: true },
];

/** Cells of `COLUMNS` for files of one partition. */
function loadCells(reports: readonly LoadReport[]): (string | null)[] {
  const sum = (of: (report: LoadReport) => number): string | null =>
    whole(reports.reduce((total, report) => total + of(report), 0));
  const opens = reports.flatMap(({ firstOpenTime }) => (firstOpenTime === null ? [] : [firstOpenTime]));
  const closes = reports.flatMap(({ lastCloseTime }) => (lastCloseTime === null ? [] : [lastCloseTime]));
  return [
    reports[0]!.symbol,
    reports[0]!.interval,
    sum((report) => report.read),
    sum((report) => report.added),
    sum((report) => report.duplicates),
    sum((report) => report.revised),
    sum(rejectedRows),
    opens.length === 0 ? null : time(Math.min(...opens)),
    closes.length === 0 ? null : time(Math.max(...closes) + 1),
  ];
}

/** What was not taken as it stood, by reason. */
function findings(reports: readonly LoadReport[]): string[] {
  const reasons = new Map<string, number>();
  for (const { rejected } of reports)
    for (const [reason, count] of Object.entries(rejected))
      reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  const { kept, lost } = split(reasons);
  const lines: string[] = [];
  if (lost.length > 0) {
    const counts = lost.map(([reason, count]) => `${whole(count)} ${reason}`).join(', ');
    lines.push(`rejected, see klinemill export kline_reject: ${counts}`);
  }
  if (kept > 0) lines.push(`${counted(kept, 'row')} with an early close_time kept and noted (TRUNCATED)`);
  return lines;
}

/** Rows that are not in the warehouse because of what they hold. */
function rejectedRows({ rejected }: Pick<LoadReport, 'rejected'>): number {
  return split(new Map(Object.entries(rejected))).lost.reduce((sum, [, count]) => sum + count, 0);
}

/** TRUNCATED rows are noted among the rejects, and kept (SPEC 2). */
function split(reasons: ReadonlyMap<string, number>): { kept: number; lost: (readonly [string, number])[] } {
  const lost = [...reasons].filter(([reason]) => reason !== 'TRUNCATED');
  return { kept: reasons.get('TRUNCATED') ?? 0, lost };
}

/** A report under the names of the JSON document. */
export function loadedFile(report: LoadReport): z.input<typeof LOADED_FILE> {
  return {
    source: report.source,
    sha256: report.sha256,
    symbol: report.symbol,
    interval: report.interval,
    read: report.read,
    added: report.added,
    duplicates: report.duplicates,
    revised: report.revised,
    replaced: report.replaced,
    conflicts: report.conflicts,
    truncated: report.truncated,
    rejected: { ...report.rejected },
    new_rejects: report.newRejects,
    first_open_time: report.firstOpenTime,
    last_close_time: report.lastCloseTime,
    elapsed_ms: report.elapsedMs,
  };
}
