import { type Command, InvalidArgumentError, Option } from 'commander';
import { HTTP_DEFAULTS, MARKET_NAMES, type MarketName, marketDefaults } from '../../engine/index.js';
import { type CommonOptions, common, group } from '../command.js';
import { downloadText, downloadWithProgress, loadSums } from '../downloading.js';
import { type ExchangeOptions, exchangeOptions } from '../exchange-options.js';
import { EXIT } from '../failure.js';
import { counted, duration } from '../format.js';
import { withLoader } from '../open.js';
import { note, print } from '../output.js';
import type { DOWNLOAD_OUTPUT } from '../schemas/download.js';
import { parseInterval, parseTime, wholeNumber } from '../values.js';

interface DownloadCommandOptions extends CommonOptions, ExchangeOptions {
  readonly symbol: readonly string[];
  readonly interval: readonly string[];
  readonly from: number;
  readonly to?: number;
  readonly market: MarketName;
  readonly parallel: number;
  readonly tries: number;
  readonly retryWait: number;
  readonly timeout: number;
  readonly weight?: number;
  readonly refetch?: true;
  readonly revise?: true;
  readonly now?: number;
}

/** `klinemill download` */
export function downloadCommand(): Command {
  const command = group(
    'download',
    'fetch klines from the exchange (bulk dumps, verified; the API for the rest) and load them',
  )
    .requiredOption('--symbol <symbols...>', 'as the exchange calls them; several, or with commas', list())
    .requiredOption('--interval <intervals...>', 'several, or with commas', list(parseInterval))
    .requiredOption('--from <time>', 'first open time', parseTime)
    .option('--to <time>', 'end of the open times; default: the last closed bar', parseTime)
    .addOption(
      new Option('--market <market>', 'spot, or futures margined in USD (um) or in coins (cm)')
        .choices(MARKET_NAMES)
        .default('spot'),
    )
    .addOption(
      new Option('--parallel <n>', 'requests at once')
        .argParser(wholeNumber(1))
        .default(HTTP_DEFAULTS.parallel),
    )
    .addOption(
      new Option('--tries <n>', 'how often a request is tried')
        .argParser(wholeNumber(1))
        .default(HTTP_DEFAULTS.tries),
    )
    .addOption(
      new Option('--retry-wait <ms>', 'wait before the second try; it doubles every time')
        .argParser(wholeNumber(0))
        .default(HTTP_DEFAULTS.retryWaitMs),
    )
    .addOption(
      new Option('--timeout <ms>', 'silence after which a request is given up')
        .argParser(wholeNumber(1))
        .default(HTTP_DEFAULTS.silenceMs),
    )
    .addOption(
      new Option(
        '--weight <n>',
        'request weight of the API to spend in a minute (default: 6000 for spot, 2400 for futures)',
      ).argParser(wholeNumber(1)),
    )
    .option('--refetch', 'fetch dumps again whose published checksum changed since, and load them')
    .option('--revise', 'rows with other values replace what stands, instead of being rejected as CONFLICT')
    .addOption(
      new Option('--now <time>', 'bars that close at or after it are not taken').argParser(parseTime),
    );
  return common(exchangeOptions(command)).action((options: DownloadCommandOptions) => run(options));
}

async function run(options: DownloadCommandOptions): Promise<void> {
  const { market, from } = options;
  const now = options.now ?? Date.now();
  const defaults = marketDefaults(market);
  await withLoader(options, async (warehouse) => {
    const report = await downloadWithProgress(warehouse, {
      market,
      symbols: options.symbol,
      intervals: options.interval,
      from,
      to: options.to ?? now,
      now,
      cacheFolder: options.cache,
      dumpUrl: options.dumpUrl,
      restUrl: options.restUrl ?? defaults.restUrl,
      weightPerMinute: options.weight ?? defaults.weightPerMinute,
      http: {
        parallel: options.parallel,
        tries: options.tries,
        retryWaitMs: options.retryWait,
        silenceMs: options.timeout,
      },
      refetch: options.refetch === true,
      revise: options.revise === true,
    });
    const document = {
      warehouse: warehouse.url,
      run_id: report.runId,
      elapsed_ms: report.elapsedMs,
      partitions: report.partitions.map((partition) => ({
        symbol: partition.symbol,
        interval: partition.interval,
        market: partition.market,
        exchange_symbol: partition.exchangeSymbol,
        from_time: partition.range.from,
        to_time: partition.range.to,
        dumps_fetched: partition.fetched,
        dumps_cached: partition.cached,
        rest_pages: partition.restPages,
        ...loadSums(partition),
        missing: partition.missing.map(({ from: from_time, to: to_time, bars, reason }) => ({
          from_time,
          to_time,
          bars,
          reason,
        })),
        failures: partition.failures.map(({ from: from_time, to: to_time, url, reason }) => ({
          from_time,
          to_time,
          url,
          reason,
        })),
        changed: partition.changed.map(({ url, knownSha256, publishedSha256, isReplaced }) => ({
          url,
          known_sha256: knownSha256,
          published_sha256: publishedSha256,
          is_replaced: isReplaced,
        })),
      })),
    };
    await print<typeof DOWNLOAD_OUTPUT>(options, document, () => downloadText(report));
    const failures = report.partitions.reduce((sum, partition) => sum + partition.failures.length, 0);
    note(`downloaded in ${duration(report.elapsedMs)}`);
    if (failures === 0) return;
    note(
      `${counted(failures, 'piece')} failed; everything else is loaded, and the same command tries them again`,
    );
    process.exitCode = EXIT.FAILURE;
  });
}

/** Values of an option that may be given several times, several at a time, or with commas. */
function list(check: (text: string) => string = (text) => text) {
  return (text: string, before: readonly string[] = []): readonly string[] => {
    const parts = text.split(',').map((part) => part.trim());
    if (parts.includes('')) throw new InvalidArgumentError('It has an empty part.');
    return [...before, ...parts.map(check)];
  };
}
