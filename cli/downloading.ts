import {
  type DownloadOptions,
  type DownloadReport,
  download,
  type MissingReason,
  type PartitionReport,
} from '../engine/index.js';
import type { Warehouse } from '../warehouse/index.js';
import { counted, time, whole } from './format.js';
import { interruptible, stopIfInterrupted } from './interruption.js';
import { Progress } from './progress.js';
import { table } from './table.js';

/** A signal is looked for so often while nothing else happens than waiting for a server. */
const WATCH_MS = 100;

/** Downloads with progress on a terminal; Ctrl-C ends it, what is loaded stays and what is fetched is continued. */
export async function downloadWithProgress(
  warehouse: Warehouse,
  options: Omit<DownloadOptions, 'onProgress'>,
): Promise<DownloadReport> {
  const progress = new Progress('dumps and pages', null);
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const watch = setInterval(() => {
    try {
      stopIfInterrupted();
    } catch (error) {
      stop.abort(error);
    }
  }, WATCH_MS);
  try {
    return await interruptible(() =>
      download(warehouse, {
        ...options,
        signal,
        onProgress: ({ done, planned }) => {
          progress.total = planned;
          progress.show(done);
        },
      }),
    );
  } finally {
    clearInterval(watch);
    progress.end();
  }
}

/** One line a symbol and interval, and below it what is missing, what changed and what failed. */
export function downloadText({ partitions }: DownloadReport): string {
  const columns = [
    { head: 'symbol', left: true },
    { head: 'interval', left: true },
    { head: 'from', left: true },
    { head: 'to (UTC)', left: true },
    { head: 'fetched' },
    { head: 'cached' },
    { head: 'pages' },
    { head: 'added' },
    { head: 'known' },
    { head: 'revised' },
    { head: 'conflicts' },
    { head: 'rejected' },
    { head: 'missing' },
  ];
  const rows = partitions.map((partition) => {
    const sums = loadSums(partition);
    const isEmpty = partition.range.from >= partition.range.to;
    return [
      partition.symbol,
      partition.interval,
      isEmpty ? null : time(partition.range.from),
      isEmpty ? null : time(partition.range.to),
      whole(partition.fetched),
      whole(partition.cached),
      whole(partition.restPages),
      whole(sums.added),
      whole(sums.duplicates),
      whole(sums.revised + sums.replaced),
      whole(sums.conflicts),
      whole(sums.rejected),
      whole(partition.missing.reduce((sum, { bars }) => sum + bars, 0)),
    ];
  });
  return [table(columns, rows), ...partitions.flatMap(findings), ...failureLines(partitions)].join('\n');
}

/** What the loads of a partition did, added up. `rejected` leaves out what was kept with a note. */
export function loadSums({ loads }: PartitionReport) {
  const sums = { added: 0, duplicates: 0, revised: 0, replaced: 0, conflicts: 0, rejected: 0 };
  for (const load of loads) {
    sums.added += load.added;
    sums.duplicates += load.duplicates;
    sums.revised += load.revised;
    sums.replaced += load.replaced;
    sums.conflicts += load.conflicts;
    for (const [reason, count] of Object.entries(load.rejected))
      if (reason !== 'TRUNCATED') sums.rejected += count;
  }
  return sums;
}

const REASONS: Readonly<Record<MissingReason, string>> = {
  not_listed: 'not listed yet',
  outage: 'an outage (a gap between present bars)',
  no_bars: 'the exchange has no bars (delisted, or not published yet)',
  failed: 'failed, see below',
};
/** Stretches that are listed one by one. */
const SHOWN = 10;

function findings(partition: PartitionReport): string[] {
  const name = `${partition.symbol} ${partition.interval}`;
  const lines = partition.missing
    .slice(0, SHOWN)
    .map(
      ({ from, to, bars, reason }) =>
        `${name}: ${counted(bars, 'bar')} missing from ${time(from)} to ${time(to)}: ${REASONS[reason]}`,
    );
  if (partition.missing.length > SHOWN)
    lines.push(`${name}: ${whole(partition.missing.length - SHOWN)} more stretches, see --json`);
  for (const { url, isReplaced } of partition.changed)
    lines.push(
      `${name}: other bytes are published, ${isReplaced ? 'loaded' : 'those known here stay (--refetch loads the new ones)'}: ${url}`,
    );
  return lines;
}

/** Failures of one reason that are listed one by one. */
const SHOWN_FAILURES = 3;

/** What failed, by reason: a dead server is one line, not one a dump. */
function failureLines(partitions: readonly PartitionReport[]): string[] {
  const byReason = new Map<string, { readonly name: string; readonly url: string }[]>();
  for (const { symbol, interval, failures } of partitions)
    for (const { url, reason } of failures) {
      const group = byReason.get(reason) ?? [];
      group.push({ name: `${symbol} ${interval}`, url });
      byReason.set(reason, group);
    }
  const lines = [...byReason].flatMap(([reason, group]) => {
    if (group.length <= SHOWN_FAILURES)
      return group.map(({ name, url }) => `${name}: failed: ${url}: ${reason}`);
    const names = [...new Set(group.map(({ name }) => name))];
    const others = names.length > 1 ? ` and ${counted(names.length - 1, 'more series', 'more series')}` : '';
    return [
      `${names[0]}${others}: failed: ${counted(group.length, 'piece')}, ${group[0]!.url} first: ${reason}`,
    ];
  });
  if (lines.length <= SHOWN) return lines;
  return [...lines.slice(0, SHOWN), `${whole(lines.length - SHOWN)} more failures, see --json`];
}
