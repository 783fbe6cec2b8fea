import type { BenchContext } from './case.js';
import { loadKlines, SERIES } from './corpus.js';
import type { Klines } from './klines.js';

/** What the kernels are timed on: BTCUSDT 15m, parsed once a run. */
export const kernelKlines = (context: BenchContext): Promise<Klines> =>
  context.once('kernel klines', async () => loadKlines(SERIES.btc15m));
