import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCodes } from '../test/oracle/run-codes.js';
import { CATALOG } from './catalog.js';

/** Files of kernels/golden are made by bench/peers/goldens.py, which names their sources. */
interface Golden {
  readonly kernel: string;
  /** SPEC 3: |a - b| <= relative * max(|a|, |b|, scale). */
  readonly tolerance: {
    readonly relative: number;
    readonly scale: Readonly<Record<string, number | 'close'>>;
  };
  readonly outputs: readonly {
    readonly code: string;
    readonly params: Readonly<Record<string, number>>;
    /** A series of input.json. */
    readonly series: string;
    /** `talib`, or `exact`; rows of a `talib` one that are `exact` all the same stand in `exact_rows`. */
    readonly source: 'talib' | 'exact';
    readonly expected: readonly (number | null)[];
  }[];
}
type Input = {
  readonly columns: readonly {
    readonly series: string;
    readonly column: string;
    readonly values: readonly (number | null)[];
  }[];
};

const folder = new URL('./golden/', import.meta.url);
const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T;
const goldens = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && name !== 'input.json')
  .map((name) => read<Golden>(name));

const HOUR = 3_600_000;
const input = read<Input>('input.json');
const seriesNames = [...new Set(input.columns.map((column) => column.series))];
const columnOf = (series: string, name: string): readonly (number | null)[] =>
  input.columns.find((column) => column.series === series && column.column === name)!.values;
const computed = new Map(
  seriesNames.map((series) => {
    const openTime = columnOf(series, 'open_time') as number[];
    const klines = {
      OPEN: columnOf(series, 'open'),
      HIGH: columnOf(series, 'high'),
      LOW: columnOf(series, 'low'),
      CLOSE: columnOf(series, 'close'),
      VOLUME: columnOf(series, 'volume'),
      OPEN_TIME: openTime,
      CLOSE_TIME: openTime.map((time) => time + HOUR - 1),
      TAKER_BUY_BASE: columnOf(series, 'taker_buy_base'),
    };
    return [series, runCodes(klines, openTime.length)];
  }),
);

/** First row that is off, in words; null when every row is within tolerance and known exactly where it should be. */
function firstDefect(golden: Golden, output: Golden['outputs'][number]): string | null {
  const values = computed.get(output.series)!.get(output.code)!;
  const close = columnOf(output.series, 'close') as number[];
  const scale = golden.tolerance.scale[output.code]!;
  for (let t = 0; t < output.expected.length; t++) {
    const want = output.expected[t] ?? Number.NaN;
    const got = values[t]!;
    if (Number.isNaN(want) && Number.isNaN(got)) continue;
    const s = scale === 'close' ? close[t]! : scale;
    const bound = golden.tolerance.relative * Math.max(Math.abs(want), Math.abs(got), s);
    // Written so that an unexpected NaN is off as well.
    if (!(Math.abs(want - got) <= bound)) return `row ${t}: expected ${want}, got ${got}, allowed ${bound}`;
  }
  return values.length === output.expected.length ? null : `${values.length} rows`;
}

describe('goldens', () => {
  const specs = CATALOG.flatMap((row) =>
    row.codes.flatMap((spec) => (spec === null ? [] : [{ code: spec.code, row }])),
  );

  it.each(specs)(
    '$code of the catalog stands in the golden of its kernel for every series',
    ({ code, row }) => {
      const found = goldens.flatMap((golden) =>
        golden.outputs
          .filter((output) => output.code === code)
          .map((output) => ({ kernel: golden.kernel, params: output.params, series: output.series })),
      );
      expect(found).toEqual(
        seriesNames.map((series) => ({ kernel: row.kernel.name, params: row.params, series })),
      );
    },
  );

  it('name no code that the catalog does not have', () => {
    const known = new Set(specs.map((spec) => spec.code));
    const named = goldens.flatMap((golden) => golden.outputs.map((output) => output.code));
    expect(named.filter((code) => !known.has(code))).toEqual([]);
  });

  it.each(
    goldens.flatMap((golden) =>
      golden.outputs.map((output) => ({ golden, output, code: output.code, series: output.series })),
    ),
  )('$code on $series', ({ golden, output }) => {
    expect(firstDefect(golden, output)).toBeNull();
  });
});

describe('pins', () => {
  it('no bit of a kernel moves without a new version: raise it in the kernel, then run this file with -u', async () => {
    const lines = [...new Set(CATALOG.map((row) => row.kernel))]
      // IEEE 754 fixes + - * / and sqrt to the bit, but not the log that rvol takes of large moves.
      .filter((kernel) => kernel.name !== 'rvol')
      .map((kernel) => `${kernel.name}@${kernel.version} ${hashOf(kernel.name)}`);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('./golden/pins.txt');
  });
});

/** SHA-256 over all that the kernel computes from the golden input, in the order of series, catalog and outputs. */
function hashOf(kernel: string): string {
  const hash = createHash('sha256');
  for (const series of seriesNames)
    for (const row of CATALOG.filter((candidate) => candidate.kernel.name === kernel))
      for (const spec of row.codes)
        if (spec !== null)
          hash.update(new Uint8Array(canonical(computed.get(series)!.get(spec.code)!).buffer));
  return hash.digest('hex');
}

/** NaNs have many bit patterns; unknown has one. */
function canonical(values: Float64Array): Float64Array {
  return values.map((value) => (Number.isNaN(value) ? Number.NaN : value));
}
