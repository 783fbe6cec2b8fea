import type { Command } from 'commander';
import { type VerifyReport, verify } from '../../engine/index.js';
import { type CommonOptions, type ComputeOptions, common, computeOptions, group } from '../command.js';
import { EXIT } from '../failure.js';
import { counted, time, whole } from '../format.js';
import { interruptible, stopIfInterrupted } from '../interruption.js';
import { withReader } from '../open.js';
import { note, print } from '../output.js';
import { Progress } from '../progress.js';
import { checkComputed, checkLookedAt } from '../recomputing.js';
import type { VERIFY_OUTPUT } from '../schemas/verify.js';
import { table } from '../table.js';

/** `klinemill verify` */
export function verifyCommand(): Command {
  const command = computeOptions(
    group(
      'verify',
      'recompute every fact from the klines, compare it with what is stored, list the checksums',
    ),
  );
  return common(command).action((options: CommonOptions & ComputeOptions) =>
    withReader(options, async (warehouse) => {
      await checkComputed(warehouse, options);
      const partitions = await warehouse.partitions();
      const progress = new Progress(
        'bars',
        partitions.reduce((sum, { rows }) => sum + rows, 0),
      );
      let bars = 0;
      const report = await interruptible(() =>
        verify(warehouse, {
          ...options,
          onBars: (compared) => {
            bars += compared;
            progress.show(bars);
            stopIfInterrupted();
          },
        }),
      ).finally(() => progress.end());
      await print<typeof VERIFY_OUTPUT>(options, [...report.checksums], () => checksumText(report));
      sayFindings(report);
      if (report.problems.length > 0) process.exitCode = EXIT.FAILURE;
      checkLookedAt('verify', report.partitions);
    }),
  );
}

function checksumText({ checksums, bars, partitions, problems }: VerifyReport): string {
  const columns = [
    { head: 'table', left: true },
    { head: 'strategy', left: true },
    { head: 'symbol', left: true },
    { head: 'interval', left: true },
    { head: 'rows' },
    { head: 'checksum', left: true },
  ];
  const rows = checksums.map((item) => [
    item.table,
    item.strategy === null ? null : `${item.strategy}@${item.version}`,
    item.symbol,
    item.interval,
    whole(item.rows),
    `${item.checksum.slice(0, 16)}…`,
  ]);
  const fine = partitions > 0 ? 'all facts are as recomputed' : 'nothing is proved';
  const verdict = problems.length === 0 ? fine : counted(problems.length, 'problem');
  return `${table(columns, rows)}\n${counted(bars, 'bar')} recomputed and compared: ${verdict}`;
}

function sayFindings({ problems, stale }: VerifyReport): void {
  for (const { table: name, strategy, version, symbol, interval, at, message } of problems) {
    const where = [
      strategy === null ? null : `${strategy}@${version}`,
      symbol,
      interval,
      at === null ? null : `at ${time(at)}`,
    ];
    note(`${[name, ...where].filter((part) => part !== null).join(' ')}: ${message}`);
  }
  for (const { symbol, interval, reason } of stale)
    note(`${symbol} ${interval} was not compared: it waits for a recompute (${reason})`);
}
