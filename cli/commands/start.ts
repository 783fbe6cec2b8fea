import { type Command, Option } from 'commander';
import {
  defaultThreads,
  formatStrategy,
  type LoadReport,
  parseStrategy,
  type RecomputeReport,
  syntheticSources,
} from '../../engine/index.js';
import { type ReportRow, readFigures, type Warehouse } from '../../warehouse/index.js';
import { type CommonOptions, common, group } from '../command.js';
import { type ExchangeOptions, exchangeOptions } from '../exchange-options.js';
import { counted, duration, rate, whole } from '../format.js';
import { importDocuments } from '../import-documents.js';
import { loadedFile, loadSourcesWithProgress, loadSummary, loadWithProgress } from '../loading.js';
import { withWriter } from '../open.js';
import { note, print } from '../output.js';
import { downloadRecent, isRecentUnfinished } from '../recent-klines.js';
import { recomputeWithProgress } from '../recomputing.js';
import { withScans } from '../replicas.js';
import { reportRow } from '../report-document.js';
import { reportText } from '../reporting.js';
import type { START_OUTPUT } from '../schemas/start.js';
import { shippedStrategies } from '../seeds.js';
import type { ServingOptions } from '../serving.js';
import { chooseSource, isSynthetic, KLINE_FOLDER, type StartSource } from '../sources.js';
import { wholeNumber } from '../values.js';
import { serveWarehouse, servingOptions } from './serve.js';

interface StartOptions extends CommonOptions, ExchangeOptions, ServingOptions {
  readonly serve?: true;
}

/** Where the klines came from. */
type StartedFrom = Exclude<StartSource['kind'], 'none'> | 'download' | 'synthetic';

interface Started {
  readonly source: StartedFrom;
  readonly loaded: readonly LoadReport[];
  readonly recomputed: RecomputeReport;
  readonly report: readonly ReportRow[];
  readonly elapsedMs: number;
}

/** `klinemill start`, which is `npm start` */
export function startCommand(): Command {
  const command = group(
    'start',
    'the whole job: load klines, compute what is stale, report what the strategies did',
  )
    .argument(
      '[files...]',
      `files as for load; none: those in ${KLINE_FOLDER}, else recent klines by download, else a made-up market`,
    )
    .addOption(
      new Option('--threads <n>', 'worker threads, 0: compute on the main thread')
        .argParser(wholeNumber(0))
        .default(defaultThreads(), 'one less than the cores'),
    );
  const serving = servingOptions(command.option('--serve', 'go on to serve the API and the dashboard'));
  return common(exchangeOptions(serving)).action((files: string[], options: StartOptions) =>
    withWriter(options, async (warehouse) => {
      const started = await start(warehouse, files, options);
      const { recomputed } = started;
      const document = {
        warehouse: warehouse.url,
        source: started.source,
        loaded: started.loaded.map(loadedFile),
        run_id: recomputed.runId,
        bars: recomputed.bars,
        rows_written: recomputed.rowsWritten,
        elapsed_ms: recomputed.elapsedMs,
        report: started.report.map(reportRow),
      };
      await print<typeof START_OUTPUT>(options, document, () => startText(started));
      // One document is enough for whoever reads --json.
      const { json: _json, ...serving } = options;
      if (options.serve === true) await serveWarehouse(warehouse, serving);
    }),
  );
}

async function start(
  warehouse: Warehouse,
  files: readonly string[],
  options: StartOptions,
): Promise<Started> {
  const startedAt = performance.now();
  const { source, loaded } = await loadKlines(
    warehouse,
    chooseSource(files, [...(await symbolsOf(warehouse))]),
    options,
  );
  const recomputed = await recomputeWithProgress(warehouse, options);
  // Without files everything that stands is of interest.
  const isGiven = source === 'files' || source === 'folder' || source === 'synthetic';
  const symbols = isGiven ? new Set(loaded.map(({ symbol }) => symbol)) : await symbolsOf(warehouse);
  const figures = await withScans(warehouse, options, (scanned) => readFigures(scanned));
  const report = figures.filter(({ symbol }) => symbols.has(symbol!));
  return { source, loaded, recomputed, report, elapsedMs: performance.now() - startedAt };
}

async function symbolsOf(warehouse: Warehouse): Promise<Set<string>> {
  return new Set((await warehouse.partitions()).map(({ symbol }) => symbol));
}

async function loadKlines(
  warehouse: Warehouse,
  source: StartSource,
  options: ExchangeOptions,
): Promise<{ readonly source: StartedFrom; readonly loaded: readonly LoadReport[] }> {
  if (source.kind === 'files' || source.kind === 'folder')
    return {
      source: source.kind,
      loaded: await loadWithProgress(warehouse, source.files, { now: Date.now() }),
    };
  const isLoaded = source.kind === 'warehouse';
  if (isLoaded && !(await isRecentUnfinished(warehouse))) return { source: 'warehouse', loaded: [] };
  const recent = await downloadRecent(warehouse, options);
  if (recent.reason === null) return { source: 'download', loaded: recent.loaded };
  if (isLoaded) return { source: 'warehouse', loaded: [] };
  note(
    `no files given, none in ${KLINE_FOLDER}, and no download (${recent.reason}): taking a made-up market, labelled SYNTHETIC`,
  );
  const sources = syntheticSources();
  await importSyntheticStrategy(warehouse, [...new Set(sources.map(({ key }) => key.symbol))]);
  return { source: 'synthetic', loaded: await loadSourcesWithProgress(warehouse, sources) };
}

/**
 * The published BTC rules name their symbol: a copy takes the made-up ones, so that both rule sets have something. Only
 * when there is none of its name: it may have been changed since.
 */
async function importSyntheticStrategy(warehouse: Warehouse, symbols: readonly string[]): Promise<void> {
  const strategy = 'btc-2h-synthetic';
  if ((await warehouse.strategies()).some(({ document }) => document.strategy === strategy)) return;
  const { document } = parseStrategy(shippedStrategies().get('btc-2h')!);
  const description = `${document.description}, on the SYNTHETIC market`;
  const text = formatStrategy({ ...document, strategy, description, symbols });
  await importDocuments(warehouse, new Map([[strategy, text]]));
}

function startText({ source, loaded, recomputed, report, elapsedMs }: Started): string {
  const { runId, bars, rowsWritten, tasks } = recomputed;
  const computedMs = recomputed.elapsedMs;
  const added = loaded.reduce((sum, file) => sum + file.added + file.revised + file.replaced, 0);
  const parts: string[] = [];
  if (loaded.length > 0) parts.push(loadSummary(loaded));
  if (runId === null)
    parts.push(
      added === 0 ? 'Nothing changed: these klines and all facts stood already.' : 'Nothing was stale.',
    );
  else
    parts.push(
      `Computed ${counted(bars, 'bar')} in ${counted(tasks.length, 'pass', 'passes')}, ${duration(computedMs)} (${whole(rate(bars, computedMs))} bars/s), ${counted(rowsWritten, 'row')} written; all in all ${duration(elapsedMs)}.`,
    );
  if (report.length === 0) parts.push('No strategy applies to these symbols and intervals.');
  else {
    parts.push(reportText(report));
    parts.push(READING);
  }
  if (source === 'synthetic' || report.some(({ symbol }) => isSynthetic(symbol!)))
    parts.push(
      'SYNTHETIC symbols are made up by a seeded generator: nothing here says anything about a real market.',
    );
  parts.push(nextCommands(source));
  return parts.join('\n\n');
}

const READING = [
  'Expectancy is what the average win or loss brought, in percent of the entry and after fee and slippage on both sides:',
  'below zero the rules lost money, whatever the win rate. Total pnl adds up the percentages of all trades, expired ones',
  'included; they overlap, so it is no account balance. Win rate counts wins and losses.',
].join('\n');

function nextCommands(source: StartedFrom): string {
  const lines = [
    'Next:',
    '  npx klinemill status                        what is loaded, and how far each stage is',
    '  npx klinemill strategy show trend-momentum  the rules behind the numbers',
    '  npx klinemill export fact_prediction_result --out trades.csv',
    '  npx klinemill verify                        recompute everything and compare it bit for bit',
  ];
  if (source === 'synthetic' || source === 'download')
    lines.push('  npx klinemill download --symbol BTCUSDT --interval 1h --from 2021-01-01');
  if (source === 'synthetic')
    lines.push(
      `  npm start -- FILES...                       your own klines (or put them in ${KLINE_FOLDER})`,
    );
  return lines.join('\n');
}
