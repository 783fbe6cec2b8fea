import type { BenchCase } from '../case.js';
import { checkKernels, type KernelInput, kernelInput, runKernels, runLibrary } from '../kernel-input.js';
import { TECHNICAL_INDICATORS } from '../libraries/technicalindicators.js';
import { SHAPES, type Shape, shapedKlines } from '../shapes.js';

const ROWS = { '1k': 1000, '10k': 10_000, '100k': 100_000, '1M': 1_000_000 } as const;
const sizeOf = (shape: Shape, rows: keyof typeof ROWS) => ({ label: `${shape} ${rows}`, bars: ROWS[rows] });

/** Where nothing moves, these divide 0 by 0 in the library, or go by another rule than TA-Lib's: flat bars do without them. */
const MOVING = new Set(['RSI14', 'MACD', 'ADX14', 'BBANDS20', 'STOCH14', 'CCI20', 'WILLR14']);
const STILL = {
  ...TECHNICAL_INDICATORS,
  calls: TECHNICAL_INDICATORS.calls.filter(({ name }) => !MOVING.has(name)),
};

export const kernelsShapes: BenchCase<KernelInput> = {
  name: 'kernels-shapes',
  group: 'kernels',
  title:
    `The same codes (${MOVING.size} calls fewer on flat bars) on 100k bars of every shape, and on the exchange's bars, repeated ` +
    'beyond their end, from 1k to 1M.',
  sizes: ({ isQuick }) =>
    isQuick
      ? SHAPES.map((shape) => sizeOf(shape, '10k'))
      : [
          ...SHAPES.filter((shape) => shape !== 'real').map((shape) => sizeOf(shape, '100k')),
          ...(['1k', '10k', '100k', '1M'] as const).map((rows) => sizeOf('real', rows)),
        ],
  // The check has run both sides: their code is warm. A million bars take the library a quarter of a minute.
  effort: (_, { bars }) =>
    bars < ROWS['100k'] ? { rounds: 3, roundMs: 50, warmUp: 0 } : { rounds: 1, roundMs: 250, warmUp: 0 },
  load: async ({ label, bars }, context) => {
    const shape = SHAPES.find((name) => label.startsWith(`${name} `))!;
    return kernelInput(
      await shapedKlines(context, shape, bars),
      shape === 'flat' ? STILL : TECHNICAL_INDICATORS,
    );
  },
  work: ({ klines }) => ({ bars: klines.rows }),
  check: checkKernels,
  run: { name: 'klinemill', run: runKernels },
  reference: [{ name: TECHNICAL_INDICATORS.name, run: (input) => void runLibrary(input) }],
};
