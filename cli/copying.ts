import type { SyncReport } from '../engine/index.js';
import { counted, duration, rate, whole } from './format.js';
import { table } from './table.js';

/** Partitions of a report as plain data. */
export function partitionRows({ partitions }: SyncReport) {
  return partitions.map(({ symbol, interval, isWhole, rows, values }) => ({
    symbol,
    interval,
    is_whole: isWhole,
    rows,
    values,
  }));
}

/** A line a partition, and what it came to. */
export function copiedText(report: SyncReport, target: string): string {
  const { partitions, rows, values, elapsedMs, compared } = report;
  const checked = compared === null ? '' : `, ${counted(compared, 'checksum')} compared`;
  if (rows === 0) return `${target} is up to date${checked}`;
  const columns = [
    { head: 'symbol', left: true },
    { head: 'interval', left: true },
    { head: 'rows' },
    { head: 'values' },
    { head: 'copied', left: true },
  ];
  const lines = partitions.map((partition) => [
    partition.symbol,
    partition.interval,
    whole(partition.rows),
    whole(partition.values),
    partition.isWhole ? 'all' : 'what changed',
  ]);
  const speed = `${counted(values, 'value')} in ${duration(elapsedMs)} (${whole(rate(values, elapsedMs))} values/s)`;
  return `${table(columns, lines)}\n${target}: ${counted(rows, 'row')}, ${speed}${checked}`;
}
