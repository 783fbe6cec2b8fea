import type { Command } from 'commander';
import type { z } from 'zod';
import type { ChecksumComparison } from '../../engine/index.js';
import { common, group } from '../command.js';
import { copiedText, partitionRows } from '../copying.js';
import { EXIT } from '../failure.js';
import { counted } from '../format.js';
import { withReader } from '../open.js';
import { note, print } from '../output.js';
import {
  differingFacts,
  type ReplicaOptions,
  replicaOption,
  syncWithProgress,
  withReplica,
} from '../replicas.js';
import type { REPLICA_SYNC_OUTPUT } from '../schemas/replica.js';

interface SyncCommandOptions extends ReplicaOptions {
  readonly full?: true;
  readonly verify?: true;
}

/** `klinemill replica` */
export function replicaCommand(): Command {
  return group(
    'replica',
    'the DuckDB file that follows a shared warehouse, for reports and mining',
  ).addCommand(syncCommand());
}

function syncCommand(): Command {
  const command = replicaOption(
    group('sync', 'copy what changed since the last time (report does it by itself)')
      .option('--full', 'forget what the replica has and copy everything')
      .option('--verify', 'compare the checksums of every fact with the warehouse'),
  );
  return common(command).action((options: SyncCommandOptions) =>
    withReader(options, (source) =>
      withReplica(source, options, async (replica) => {
        const verified: ChecksumComparison[] = [];
        const report = await syncWithProgress(source, replica, {
          full: options.full === true,
          ...(options.verify === true ? { onCompared: (comparison) => verified.push(comparison) } : {}),
        });
        const differing = verified.flatMap(differingFacts);
        const document: z.input<typeof REPLICA_SYNC_OUTPUT> = {
          warehouse: source.url,
          replica: replica.url,
          is_reset: report.isReset,
          rows: report.rows,
          values: report.values,
          elapsed_ms: report.elapsedMs,
          partitions: partitionRows(report),
          compared: report.compared,
          differing,
        };
        await print<typeof REPLICA_SYNC_OUTPUT>(options, document, () => copiedText(report, replica.url));
        for (const { table, symbol, interval, strategy, version } of differing)
          note(`${table} ${strategy === null ? '' : `${strategy}@${version} `}${symbol} ${interval} differs`);
        if (differing.length === 0) return;
        note(
          `not as in the warehouse: ${counted(differing.length, 'checksum')}; klinemill replica sync --full copies everything again`,
        );
        process.exitCode = EXIT.FAILURE;
      }),
    ),
  );
}
