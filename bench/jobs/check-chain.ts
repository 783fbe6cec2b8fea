import { type ChunkOutput, createInlinePool, resultBatch } from '../../engine/index.js';
import { CODES } from '../../kernels/index.js';
import { indicatorColumns, PREDICTION_COLUMNS, RESULT_COLUMNS, values } from '../../warehouse/index.js';
import { checkChain, type FactTable, TWIN_BARS } from '../chain-twin.js';
import { head, loadKlines } from '../corpus.js';
import type { Klines, Series } from '../klines.js';
import { share } from './compute-work.js';

/** Computes the first bars of a partition as a worker does. @throws Error where a fact is not what the naive twins make of them */
export async function checkComputed({ series }: { readonly series: Series }): Promise<string> {
  const klines = normalised(head(loadKlines(series), TWIN_BARS), series.durationMs);
  const { job, rows, columns } = share(klines);
  const output = await createInlinePool().run({ job, rows, klines: columns, carry: null, wantFacts: true });
  const checked = checkChain(klines, {
    indicators: tableOf(indicatorColumns(CODES), output.indicators!),
    strategies: output.strategies.map(({ predictions, results }) => {
      const batch = resultBatch(results);
      const stored = RESULT_COLUMNS.map(({ name }) => values(batch, name));
      return {
        predictions: tableOf(PREDICTION_COLUMNS, predictions),
        results: tableOf(RESULT_COLUMNS, { rows: results.rows, arrays: stored }),
      };
    }),
  });
  output.release();
  return `the first ${rows.toLocaleString('en-US')} bars: ${checked}`;
}

/** Close times as a load stores them (SPEC 2): some of the exchange's are too early. */
function normalised(klines: Klines, durationMs: number): Klines {
  const closeTime = klines.columns[0]!.map((openTime) => openTime + durationMs - 1);
  return { ...klines, columns: klines.columns.with(6, closeTime) };
}

type FactColumns = ChunkOutput['strategies'][number]['predictions'];

const tableOf = (specs: readonly { readonly name: string }[], { rows, arrays }: FactColumns): FactTable => ({
  rows,
  columns: new Map(specs.map(({ name }, c) => [name, arrays[c]!])),
});
