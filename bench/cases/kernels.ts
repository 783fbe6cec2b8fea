import type { BenchCase, BenchContext } from '../case.js';
import { head, loadKlines, SERIES } from '../corpus.js';
import { checkKernels, type KernelInput, kernelInput, runKernels, runLibrary } from '../kernel-input.js';
import type { Klines } from '../klines.js';
import { LIBRARY_CALLS } from '../library-calls.js';

export const LIBRARY = 'technicalindicators';
const CODES = LIBRARY_CALLS.flatMap(({ series }) => series).length;

/** BTCUSDT 15m, parsed once. */
export const kernelKlines = (context: BenchContext): Promise<Klines> =>
  context.once('kernel klines', async () => loadKlines(SERIES.btc15m));

export const kernels: BenchCase<KernelInput> = {
  name: 'kernels',
  group: 'kernels',
  title:
    `All ${CODES} codes that technicalindicators has with the same formula, BTCUSDT 15m, one thread; ` +
    'rows = values computed, MB = their bytes.',
  bars: [{ ratio: 'speed', against: LIBRARY, atLeast: 100 }],
  sizes: ({ isQuick }) => [
    isQuick ? { label: '20k bars', bars: 20_000 } : { label: 'whole', bars: SERIES.btc15m.rows },
  ],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 2 : 5, roundMs: 250, warmUp: 1 }),
  load: async ({ bars }, context) => kernelInput(head(await kernelKlines(context), bars), LIBRARY_CALLS),
  work: ({ klines }) => ({ bars: klines.rows, rows: klines.rows * CODES, bytes: klines.rows * CODES * 8 }),
  check: checkKernels,
  run: { name: 'klinemill', run: runKernels },
  reference: [{ name: LIBRARY, run: (input) => void runLibrary(input) }],
};
