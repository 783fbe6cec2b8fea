import { type Command, Option } from 'commander';
import { type ColumnMap, parseColumnMap, UNPACK_LIMITS } from '../../engine/index.js';
import { type CommonOptions, common, group, type PartitionOptions } from '../command.js';
import { duration, rate, whole } from '../format.js';
import { loadedFile, loadText, loadWithProgress } from '../loading.js';
import { withLoader } from '../open.js';
import { note, print } from '../output.js';
import type { LOAD_OUTPUT } from '../schemas/load.js';
import { parseInterval, parseTime, wholeNumber } from '../values.js';

interface LoadCommandOptions extends CommonOptions, PartitionOptions {
  readonly revise?: true;
  readonly now?: number;
  readonly map?: ColumnMap;
  /** In megabytes. */
  readonly maxUnpacked?: number;
}

/** `klinemill load` */
export function loadCommand(): Command {
  const command = group(
    'load',
    'load klines from files: CSV, plain or in a gzip or zip, Parquet, Arrow; rows that stand already are skipped',
  )
    .argument(
      '<files...>',
      'SYMBOL-INTERVAL-... .csv, .csv.gz, .zip, .parquet, .feather, .arrow; - reads standard input',
    )
    .option('--symbol <symbol>', 'symbol, instead of what the file names say')
    .addOption(
      new Option('--interval <interval>', 'interval, instead of what the file names say').argParser(
        parseInterval,
      ),
    )
    .addOption(
      new Option(
        '--map <columns>',
        'columns of files whose names are not recognised: open=o,high=h,... (docs/sources.md)',
      ).argParser(parseColumnMap),
    )
    .addOption(
      new Option(
        '--max-unpacked <megabytes>',
        `refuse packed files that unfold to more (default: ${Math.floor(UNPACK_LIMITS.unpackedBytes / 1e6)})`,
      ).argParser(wholeNumber(1)),
    )
    .option('--revise', 'rows with other values replace what stands, instead of being rejected as CONFLICT')
    .addOption(
      new Option('--now <time>', 'bars that close at or after it are rejected as OPEN_BAR').argParser(
        parseTime,
      ),
    );
  return common(command).action((files: string[], options: LoadCommandOptions) =>
    withLoader(options, async (warehouse) => {
      const startedAt = performance.now();
      const reports = await loadWithProgress(warehouse, files, {
        ...(options.symbol === undefined ? {} : { symbol: options.symbol }),
        ...(options.interval === undefined ? {} : { interval: options.interval }),
        ...(options.map === undefined ? {} : { map: options.map }),
        ...(options.maxUnpacked === undefined
          ? {}
          : { limits: { ...UNPACK_LIMITS, unpackedBytes: options.maxUnpacked * 1e6 } }),
        revise: options.revise === true,
        now: options.now ?? Date.now(),
      });
      const document = { warehouse: warehouse.url, files: reports.map(loadedFile) };
      await print<typeof LOAD_OUTPUT>(options, document, () => loadText(reports));
      const elapsedMs = performance.now() - startedAt;
      const rows = reports.reduce((sum, report) => sum + report.read, 0);
      note(`${whole(rows)} rows read in ${duration(elapsedMs)} (${whole(rate(rows, elapsedMs))}/s)`);
    }),
  );
}
