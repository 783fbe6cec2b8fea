import { CATALOG } from '../../kernels/index.js';
import { TWINS, type TwinInput } from '../../test/reference/indicators.js';
import type { BenchCase } from '../case.js';
import { head } from '../corpus.js';
import { checkCode, twinInput } from '../indicator-twin.js';
import { bindStanding, codeColumn, type KernelRun, runKernels } from '../kernel-input.js';
import { kernelKlines } from '../kernel-klines.js';

interface NaiveInput extends KernelRun {
  readonly codes: readonly string[];
  readonly bars: TwinInput;
}

const BARS = 10_000;
const codesOf = ({ codes }: (typeof CATALOG)[number]): string[] =>
  codes.flatMap((spec) => (spec === null ? [] : [spec.code]));

export const kernelsNaive: BenchCase<NaiveInput> = {
  name: 'kernels-naive',
  group: 'kernels',
  title:
    `Every row of the catalog, with those that it reads, over ${BARS.toLocaleString('en-US')} bars of BTCUSDT 15m, against the naive ` +
    'twins of its codes, which look at the whole window again at every bar; one thread; rows = values.',
  sizes: () => CATALOG.map((row) => ({ label: codesOf(row).join(' '), bars: BARS })),
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 3, roundMs: 20, warmUp: isQuick ? 0 : 1 }),
  load: async ({ label, bars }, context) => {
    const klines = head(await kernelKlines(context), context.isQuick ? 1_000 : bars);
    const codes = label.split(' ');
    return { ...bindStanding(klines, codes), codes, bars: twinInput(klines) };
  },
  work: ({ klines, codes }) => ({ bars: klines.rows, rows: klines.rows * codes.length }),
  check: (input) => {
    runKernels(input);
    for (const code of input.codes) checkCode(code, codeColumn(input, code), input.bars);
    return `${(input.klines.rows * input.codes.length).toLocaleString('en-US')} values, unknown ones too, equal within SPEC 3's tolerance`;
  },
  run: { name: 'klinemill', run: runKernels },
  reference: [
    {
      name: 'naive twin',
      run: ({ codes, bars }) => {
        for (const code of codes) TWINS[code]!(bars);
      },
    },
  ],
};
