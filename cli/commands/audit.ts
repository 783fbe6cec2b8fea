import type { Command } from 'commander';
import { type AuditProblem, type AuditReport, audit } from '../../engine/index.js';
import { type ComputeOptions, common, computeOptions, group } from '../command.js';
import { EXIT } from '../failure.js';
import { counted, time } from '../format.js';
import { interruptible, stopIfInterrupted } from '../interruption.js';
import { withReader } from '../open.js';
import { print } from '../output.js';
import { checkComputed, checkLookedAt } from '../recomputing.js';
import { type ReplicaOptions, replicaOption, withScans } from '../replicas.js';
import type { AUDIT_OUTPUT } from '../schemas/audit.js';

interface AuditCommandOptions extends ReplicaOptions, ComputeOptions {
  readonly all?: true;
}

/** `klinemill audit` */
export function auditCommand(): Command {
  const command = computeOptions(
    group(
      'audit',
      'three proofs: facts are what their klines make them, no value knows a later bar, no trade looks past its window',
    ).option(
      '--all',
      'recompute every fact, and look at every prefix: each bar before the next one is known; else samples',
    ),
  );
  return common(replicaOption(command)).action((options: AuditCommandOptions) =>
    withReader(options, async (warehouse) => {
      await checkComputed(warehouse, options);
      const all = options.all ?? false;
      const report = await interruptible(() =>
        withScans(warehouse, options, (scanned) =>
          audit(scanned, warehouse, { ...options, all, onBars: stopIfInterrupted }),
        ),
      );
      const document = {
        warehouse: warehouse.url,
        all,
        partitions: report.partitions,
        prefixes: report.prefixes,
        problems: [...report.problems],
        stale: [...report.stale],
      };
      await print<typeof AUDIT_OUTPUT>(options, document, () => auditText(report));
      if (report.problems.length > 0) process.exitCode = EXIT.FAILURE;
      checkLookedAt('audit', report.partitions);
    }),
  );
}

function auditText({ problems, stale, partitions, prefixes }: AuditReport): string {
  return [
    ...problems.map(problemText),
    ...stale.map(
      ({ symbol, interval }) => `${symbol} ${interval} was not looked at: it waits for a recompute`,
    ),
    `${counted(partitions, 'partition')}, ${counted(prefixes, 'prefix', 'prefixes')} without a future: ${verdict(problems.length, partitions)}`,
  ].join('\n');
}

function verdict(problems: number, partitions: number): string {
  if (problems > 0) return counted(problems, 'problem');
  return partitions > 0 ? 'everything holds' : 'nothing is proved';
}

function problemText({
  check,
  table,
  strategy,
  version,
  symbol,
  interval,
  at,
  message,
}: AuditProblem): string {
  const name = strategy === null ? null : `${strategy}@${version}`;
  const where = [table, name, symbol, interval, at === null ? null : `at ${time(at)}`];
  return `${check}: ${where.filter((part) => part !== null).join(' ')}: ${message}`;
}
