import { type Command, Option } from 'commander';
import { check } from '../../engine/index.js';
import type { CheckResult } from '../../warehouse/index.js';
import { type CommonOptions, common, group } from '../command.js';
import { EXIT } from '../failure.js';
import { counted, time, whole } from '../format.js';
import { withReader } from '../open.js';
import { print } from '../output.js';
import type { CHECK_OUTPUT } from '../schemas/check.js';
import { table } from '../table.js';
import { wholeNumber } from '../values.js';

const DEFAULT_ROWS = 20;

interface CheckCommandOptions extends CommonOptions {
  /** True: as many as is usual. */
  readonly rows?: number | true;
}

/** `klinemill check` */
export function checkCommand(): Command {
  const command = group('check', 'data quality: what must not be, and what the market is like').addOption(
    new Option(
      '--rows [n]',
      `the first rows found by each check (${DEFAULT_ROWS} when no n is given)`,
    ).argParser(wholeNumber(1)),
  );
  return common(command).action((options: CheckCommandOptions) =>
    withReader(options, async (warehouse) => {
      const maxRows = options.rows === true ? DEFAULT_ROWS : (options.rows ?? 0);
      const checks = await check(warehouse, { maxRows });
      const errors = checks.filter(({ level, found }) => level === 'error' && found > 0).length;
      const document = {
        warehouse: warehouse.url,
        errors,
        checks: checks.map(({ rows, ...result }) => ({
          ...result,
          rows: rows.map(({ table_name, at_time, ...row }) => ({ table: table_name, ...row, at: at_time })),
        })),
      };
      await print<typeof CHECK_OUTPUT>(options, document, () => checkText(checks, errors));
      if (errors > 0) process.exitCode = EXIT.FAILURE;
    }),
  );
}

function checkText(checks: readonly CheckResult[], errors: number): string {
  const columns = [
    { head: '', left: true },
    { head: 'check', left: true },
    { head: 'found', left: true },
  ];
  const lines = checks.map((result) => [verdict(result), result.check, summary(result)]);
  const parts = [table(columns, lines)];
  for (const result of checks) if (result.rows.length > 0) parts.push(rowsText(result));
  parts.push(errors === 0 ? 'no errors' : `${counted(errors, 'check')} found errors`);
  return parts.join('\n');
}

function verdict({ level, found }: CheckResult): string {
  if (found === 0) return 'ok';
  return level === 'error' ? 'ERROR' : 'info';
}

function summary({ found, bars, sound }: CheckResult): string {
  if (found === 0) return sound;
  return bars === null ? counted(found, 'row') : `${counted(found, 'row')}, ${counted(bars, 'bar')}`;
}

function rowsText({ check: name, found, rows }: CheckResult): string {
  const columns = ['table', 'strategy', 'symbol', 'interval', 'at (UTC)', 'what'].map((head) => ({
    head,
    left: true,
  }));
  const cells = rows.map((row) => [
    row.table_name,
    row.strategy,
    row.symbol,
    row.interval,
    time(row.at_time),
    row.detail,
  ]);
  const more = found > rows.length ? `\n... ${whole(found - rows.length)} more` : '';
  return `\n${name}\n${table(columns, cells)}${more}\n`;
}
