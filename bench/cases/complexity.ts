import { defaultThreads } from '../../engine/index.js';
import type { Bar, BenchCase, BenchContext, Contender, Sample } from '../case.js';
import { runJob } from '../run-job.js';
import { longTemplate, symbolsTemplate, type Template, withCopy } from '../template.js';

interface ComplexityInput {
  /** Warehouses by how many times they hold the base. */
  readonly templates: ReadonlyMap<number, Template>;
  readonly withFile: BenchContext['withFile'];
}

/** One way in which the work grows. */
interface Growth extends Pick<BenchCase, 'name' | 'title'> {
  readonly bars: readonly Bar[];
  /** Bars of the base. */
  readonly rows: { readonly full: number; readonly quick: number };
  /** How many times the base is there; the first one is 1. */
  readonly times: readonly number[];
  template(context: BenchContext, rows: number, times: number): Promise<Template>;
  /** What there are so many of. */
  readonly unit: string;
}

const LINEAR: readonly Bar[] = [
  { growth: 'deviation', atMost: 0.05 },
  { growth: 'exponent', atMost: 1.05 },
];

export const complexityBars = complexity({
  name: 'complexity-bars',
  title:
    'recompute of one partition of more and more bars (the first 50,000 of FILUSDT_PERP 1m repeated with shifted times), ' +
    'from klines in a DuckDB file to every fact committed and the file closed, default threads started and ended.',
  // As memory-recompute promises for four times the bars.
  bars: [...LINEAR, { growth: 'peak', atMost: 1.5 }],
  rows: { full: 50_000, quick: 2_000 },
  times: [1, 2, 4, 8, 16],
  template: longTemplate,
  unit: 'length',
});

export const complexitySymbols = complexity({
  name: 'complexity-symbols',
  title:
    'The same of more and more symbols, each with the first 10,000 bars of FILUSDT_PERP 1m: bars grow as symbols do.',
  bars: LINEAR,
  rows: { full: 10_000, quick: 500 },
  times: [1, 2, 4, 8, 16, 32, 64],
  template: symbolsTemplate,
  unit: 'symbol',
});

/** A case whose contenders are the sizes, so that they are timed in turns: what a machine does meanwhile, it does to all. */
function complexity({ name, title, bars, rows, times, template, unit }: Growth): BenchCase<ComplexityInput> {
  const [first, ...more] = times.map(
    (count): Contender<ComplexityInput> => ({
      name: `${count} ${unit}${count === 1 ? '' : 's'}`,
      work: ({ templates }) => ({ bars: templates.get(count)!.bars }),
      run: ({ templates, withFile }) => recomputed(templates.get(count)!, withFile),
    }),
  );
  const rowsOf = ({ isQuick }: BenchContext): number => (isQuick ? rows.quick : rows.full);
  return {
    name,
    group: 'complexity',
    title,
    bars,
    sizes: (context) => [
      { label: `${rowsOf(context).toLocaleString('en-US')} bars a ${unit}`, bars: rowsOf(context) },
    ],
    effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 9, roundMs: 0, warmUp: 0 }),
    load: async (size, context) => {
      const templates = new Map<number, Template>();
      for (const count of times) templates.set(count, await template(context, size.bars, count));
      return { templates, withFile: context.withFile };
    },
    work: ({ templates }) => ({ bars: templates.get(1)!.bars }),
    check: async ({ templates, withFile }) => {
      const base = templates.get(1)!.bars;
      for (const [count, one] of templates)
        if (one.bars !== count * base)
          throw new Error(`${name}: ${one.bars} bars are not ${count} times ${base}`);
      const [least, most] = [times[0]!, times.at(-1)!];
      const once = await indicatorRows(templates.get(least)!, withFile);
      const often = await indicatorRows(templates.get(most)!, withFile);
      if (once !== base || often !== most * base)
        throw new Error(
          `${name}: ${once} and ${often} rows of indicators for 1 and ${most} times ${base} bars`,
        );
      return `every bar has its row of indicators, of ${base.toLocaleString('en-US')} and of ${most} times as many`;
    },
    run: first!,
    reference: more,
  };
}

function indicatorRows({ file }: Template, withFile: BenchContext['withFile']): Promise<number> {
  return withCopy({ withFile }, file, async (copy) => {
    await runJob('recomputeFile', { file: copy, threads: defaultThreads() });
    return (await runJob('countIndicatorBars', { file: copy })).result;
  });
}

function recomputed({ file, bars }: Template, withFile: BenchContext['withFile']): Promise<Sample> {
  return withCopy({ withFile }, file, async (copy) => {
    const { result, peakBytes } = await runJob('recomputeFile', { file: copy, threads: defaultThreads() });
    if (result.bars !== bars) throw new Error(`complexity: ${result.bars} of ${bars} bars were recomputed`);
    return { elapsedMs: result.elapsedMs, peakBytes };
  });
}
