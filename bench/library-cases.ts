import type { Bar, BenchCase } from './case.js';
import { head, SERIES } from './corpus.js';
import { checkKernels, type KernelInput, kernelInput, runKernels, runLibrary } from './kernel-input.js';
import { kernelKlines } from './kernel-klines.js';
import { codesOf, type Library } from './libraries/library.js';

const run = { name: 'klinemill', run: runKernels };
const against = ({ name }: Library) => [{ name, run: (input: KernelInput) => void runLibrary(input) }];

/** Every code that a library has, at once. */
export function allCodes(library: Library, name: string, bars: readonly Bar[] = []): BenchCase<KernelInput> {
  const codes = codesOf(library.calls).length;
  return {
    name,
    group: 'kernels',
    title:
      `All ${codes} codes that ${library.name} has with the same formula, BTCUSDT 15m, one thread; ` +
      'rows = values computed, MB = their bytes.',
    bars,
    sizes: ({ isQuick }) => [
      isQuick ? { label: '20k bars', bars: 20_000 } : { label: 'whole', bars: SERIES.btc15m.rows },
    ],
    effort: ({ isQuick }) => ({ rounds: isQuick ? 2 : 5, roundMs: 250, warmUp: 1 }),
    load: async (size, context) => kernelInput(head(await kernelKlines(context), size.bars), library),
    work: ({ klines }) => ({ bars: klines.rows, rows: klines.rows * codes, bytes: klines.rows * codes * 8 }),
    check: checkKernels,
    run,
    reference: against(library),
  };
}

/** One call of the library at a time. */
export function byCode(library: Library, name: string): BenchCase<KernelInput> {
  return {
    name,
    group: 'kernels',
    title: `One call of ${library.name} at a time against the kernels that make its codes (with those they read); one thread.`,
    sizes: () => library.calls.map((call) => ({ label: call.name, bars: SERIES.btc15m.rows })),
    effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 3, roundMs: 20, warmUp: isQuick ? 0 : 1 }),
    load: async ({ label, bars }, context) =>
      kernelInput(head(await kernelKlines(context), context.isQuick ? 20_000 : bars), {
        ...library,
        calls: library.calls.filter((call) => call.name === label),
      }),
    work: ({ klines }) => ({ bars: klines.rows }),
    check: checkKernels,
    run,
    reference: against(library),
  };
}
