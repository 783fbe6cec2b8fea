import type { Command } from 'commander';
import type { z } from 'zod';
import { durationOf } from '../../engine/index.js';
import { readStatus } from '../../warehouse/index.js';
import { type CommonOptions, common, group } from '../command.js';
import { counted, time, whole } from '../format.js';
import { withReader } from '../open.js';
import { print } from '../output.js';
import type { STATUS_OUTPUT } from '../schemas/status.js';
import { type Stage, stagesByPartition } from '../stages.js';
import { table } from '../table.js';

type Status = z.input<typeof STATUS_OUTPUT>;

/** `klinemill status` */
export function statusCommand(): Command {
  const command = group('status', 'what is loaded, how far each stage is, what is stale');
  return common(command).action((options: CommonOptions) =>
    withReader(options, async (warehouse) => {
      const stagesOf = await stagesByPartition(warehouse);
      const partitions = (await readStatus(warehouse)).map((partition) => ({
        symbol: partition.symbol,
        interval: partition.interval,
        rows: partition.rows,
        first_close_time: partition.firstCloseTime,
        last_close_time: partition.lastCloseTime,
        gaps: partition.gaps,
        missing: partition.missing,
        rejects: { ...partition.rejects },
        stages: stagesOf(partition),
      }));
      const stale = partitions.flatMap(({ stages }) => stages).filter((stage) => stage.is_stale).length;
      const document = { warehouse: warehouse.url, stale_stages: stale, partitions };
      await print<typeof STATUS_OUTPUT>(options, document, () => statusText(document));
    }),
  );
}

function statusText({ partitions, stale_stages: stale }: Status): string {
  if (partitions.length === 0) return 'nothing is loaded: klinemill load FILES';
  const columns = [
    { head: 'symbol', left: true },
    { head: 'interval', left: true },
    { head: 'bars' },
    { head: 'from', left: true },
    { head: 'to (UTC)', left: true },
    { head: 'gaps' },
    { head: 'missing' },
    { head: 'rejects' },
    { head: 'indicators', left: true },
    { head: 'strategies', left: true },
  ];
  const rows = partitions.map((partition) => {
    const [indicators, ...strategies] = partition.stages;
    return [
      partition.symbol,
      partition.interval,
      whole(partition.rows),
      time(partition.first_close_time + 1 - durationOf(partition.interval)),
      time(partition.last_close_time + 1),
      whole(partition.gaps),
      whole(partition.missing),
      whole(Object.values(partition.rejects).reduce((sum, count) => sum + count, 0)),
      stateOf(indicators!),
      strategies.map((stage) => `${stage.strategy}@${stage.version} ${stateOf(stage)}`).join(', ') ||
        'none applies',
    ];
  });
  const verdict =
    stale === 0 ? 'nothing is stale' : `${counted(stale, 'stage')} to compute: klinemill recompute`;
  return `${table(columns, rows)}\n${verdict}`;
}

function stateOf(stage: Stage): string {
  return stage.is_stale ? `stale (${stage.reason})` : 'ok';
}
