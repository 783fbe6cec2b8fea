import type { BenchCase } from '../case.js';
import { head, SERIES } from '../corpus.js';
import { checkKernels, type KernelInput, kernelInput, runKernels, runLibrary } from '../kernel-input.js';
import { LIBRARY_CALLS } from '../library-calls.js';
import { kernelKlines, LIBRARY } from './kernels.js';

export const kernelsByCode: BenchCase<KernelInput> = {
  name: 'kernels-by-code',
  group: 'kernels',
  title:
    'The same, one call of the library at a time against the kernels that make its codes (with those they read); ' +
    'one thread.',
  sizes: () => LIBRARY_CALLS.map(({ name }) => ({ label: name, bars: SERIES.btc15m.rows })),
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 3, roundMs: 20, warmUp: isQuick ? 0 : 1 }),
  load: async ({ label, bars }, context) =>
    kernelInput(
      head(await kernelKlines(context), context.isQuick ? 20_000 : bars),
      LIBRARY_CALLS.filter(({ name }) => name === label),
    ),
  work: ({ klines }) => ({ bars: klines.rows }),
  check: checkKernels,
  run: { name: 'klinemill', run: runKernels },
  reference: [{ name: LIBRARY, run: (input) => void runLibrary(input) }],
};
