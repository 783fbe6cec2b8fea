import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext } from './case.js';
import { head, loadKlines, realFile, repeat, SERIES, writeCsv } from './corpus.js';
import type { Klines, Series } from './klines.js';
import { runJob } from './run-job.js';

/** A warehouse file with klines and strategies, and nothing computed. Copied for every sample, so that loading is not measured. */
export interface Template {
  readonly file: string;
  readonly bars: number;
  readonly loadMs: number;
  readonly loadPeakBytes: number;
}

/** The warehouse of these series, made once a run. */
export function seriesTemplate(context: BenchContext, series: readonly Series[]): Promise<Template> {
  const name = series.map(({ symbol, interval }) => `${symbol}-${interval}`).join('+');
  return context.once(`template ${name}`, () =>
    makeTemplate(
      context,
      name,
      series.map((one) => ({ ...one, path: realFile(one) ?? written(context, loadKlines(one)) })),
    ),
  );
}

/** One partition of 1m bars: FILUSDT_PERP `times` times one after another. */
export function longTemplate(context: BenchContext, rows: number, times: number): Promise<Template> {
  const { symbol, interval, durationMs } = SERIES.fil1m;
  const name = `${symbol}-${interval}-${rows}x${times}`;
  return context.once(`template ${name}`, () => {
    const klines = head(loadKlines(SERIES.fil1m), rows);
    return makeTemplate(context, name, [
      { symbol, interval, path: written(context, repeat(klines, times, durationMs)) },
    ]);
  });
}

/** The same 1m bars, once under each of so many symbols. */
export function symbolsTemplate(context: BenchContext, rows: number, symbols: number): Promise<Template> {
  const { symbol, interval } = SERIES.fil1m;
  const name = `${symbols}x${symbol}-${interval}-${rows}`;
  return context.once(`template ${name}`, () => {
    const path = written(context, head(loadKlines(SERIES.fil1m), rows));
    const names = Array.from({ length: symbols }, (_, i) => `${symbol}${i}`);
    return makeTemplate(
      context,
      name,
      names.map((one) => ({ symbol: one, interval, path })),
    );
  });
}

/** Gives `use` a copy of the template's file. */
export function withCopy<T>(
  context: Pick<BenchContext, 'withFile'>,
  file: string,
  use: (copy: string) => Promise<T>,
): Promise<T> {
  return context.withFile((copy) => {
    copyFileSync(file, copy);
    return use(copy);
  });
}

async function makeTemplate(
  context: BenchContext,
  name: string,
  sources: readonly { path: string; symbol: string; interval: string }[],
): Promise<Template> {
  const file = join(context.folder, `${name}.duckdb`);
  const { result, peakBytes } = await runJob('load', { file, sources, withStrategies: true });
  return { file, bars: result.rows, loadMs: result.elapsedMs, loadPeakBytes: peakBytes };
}

function written(context: BenchContext, klines: Klines): string {
  const path = join(context.folder, `${klines.symbol}-${klines.interval}-${klines.rows}.csv`);
  writeCsv(klines, path);
  return path;
}
