import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stochRsiOf, TWINS, type TwinInput } from '../test/reference/indicators.js';
import { klineShapes } from '../test/reference/kline-shapes.js';
import { allowedDifference } from '../test/reference/tolerance.js';
import { CATALOG, CODES, codeSpec, kernelVersion, lookback } from './catalog.js';
import { type CatalogRow, KLINE_INPUTS } from './catalog-row.js';
import type { Kernel, Params } from './kernel.js';
import { bindProgram, compileProgram, runProgram } from './program.js';
import { newColumn } from './wasm/columns.js';

const ROWS = 900;
const shapes = klineShapes(ROWS);
const program = compileProgram(CATALOG);
const SENTINEL = 12_345.678;

function klineColumn(klines: TwinInput, name: string): Float64Array {
  const columns: Record<string, readonly number[]> = {
    OPEN: klines.open,
    HIGH: klines.high,
    LOW: klines.low,
    CLOSE: klines.close,
    VOLUME: klines.volume,
    OPEN_TIME: klines.openTime,
    CLOSE_TIME: klines.closeTime,
    TAKER_BUY_BASE: klines.takerBuyBase,
  };
  return Float64Array.from(columns[name]);
}

/** Every column of the program over the first `rows` rows, computed in one run. */
function runWhole(klines: TwinInput, rows = ROWS): Map<string, Float64Array> {
  const columns = program.columnNames.map((name, i) =>
    i < KLINE_INPUTS.length ? klineColumn(klines, name).slice(0, rows) : new Float64Array(rows),
  );
  runProgram(bindProgram(program, columns, new Float64Array(program.stateSize)), 0, rows);
  return new Map([...program.columnIndex].map(([name, i]) => [name, columns[i]]));
}

const wholes = shapes.map(({ name, klines }) => ({ name, klines, columns: runWhole(klines) }));

/** Arrays of these lengths: ordinary ones, or the same few in the memory of the WebAssembly kernels again and again. */
type Place = (lengths: readonly number[]) => Float64Array[];
const anywhere: Place = (lengths) => lengths.map((length) => new Float64Array(length));
const standing = Array.from({ length: 12 }, () => newColumn(ROWS + 4));
const inMemory: Place = (lengths) => lengths.map((length, i) => standing[i].subarray(0, length));

/**
 * Runs a kernel over chunks that end at `cuts`, each in fresh buffers that hold nothing but the chunk and the history the
 * kernel asks for. Fails when a row is left unwritten, a cell outside the chunk or behind the state is written, or an input.
 */
function runCut(
  kernel: Kernel,
  params: Params,
  inputs: readonly Float64Array[],
  cuts: readonly number[],
  place: Place = anywhere,
): { readonly outputs: Float64Array[]; readonly state: Float64Array } {
  const size = kernel.stateSize(params);
  let state = new Float64Array(size);
  const outputs = kernel.outputs.map(() => new Float64Array(cuts[cuts.length - 1]));
  let start = 0;
  for (const end of cuts) {
    const first = Math.max(0, start - kernel.history(params));
    const before = inputs.map((input) => input.slice(first, end));
    const arrays = place([
      ...inputs.map(() => end - first),
      ...kernel.outputs.map(() => end - first + 1),
      size + 4,
    ]);
    const chunk = arrays.slice(0, inputs.length);
    const out = arrays.slice(inputs.length, -1);
    const guarded = arrays[arrays.length - 1];
    for (const [i, column] of chunk.entries()) column.set(before[i]);
    for (const column of [...out, guarded]) column.fill(SENTINEL);
    guarded.set(state);
    kernel.run(chunk, params, guarded, out, start - first, end - first);
    if (!sameBits(chunk, before)) throw new Error(`${kernel.name}: an input was written`);
    if (guarded.subarray(size).some((v) => v !== SENTINEL))
      throw new Error(`${kernel.name}: wrote behind its state`);
    for (const [o, column] of out.entries()) {
      const written = column.subarray(start - first, end - first);
      if (written.includes(SENTINEL)) throw new Error(`${kernel.name}: a row of the chunk was not written`);
      const isOutside = (i: number) => i < start - first || i >= end - first;
      if (column.some((v, i) => isOutside(i) && v !== SENTINEL))
        throw new Error(`${kernel.name}: wrote outside the chunk`);
      outputs[o].set(written, start);
    }
    state = guarded.slice(0, size);
    start = end;
  }
  return { outputs, state };
}

function sameBits(a: readonly Float64Array[], b: readonly Float64Array[]): boolean {
  const bytes = (column: Float64Array) => Buffer.from(column.buffer, column.byteOffset, column.byteLength);
  return a.length === b.length && a.every((column, i) => bytes(column).equals(bytes(b[i])));
}

/** Row by row, then some cuttings that fall on, before and after block boundaries, the last two random but seeded. */
function cuttings(rows: number): number[][] {
  const every = (step: number) =>
    Array.from({ length: Math.ceil(rows / step) }, (_, i) => Math.min(rows, (i + 1) * step));
  const random = (seed: number) => {
    const cuts: number[] = [];
    for (let at = 0, x = seed; at < rows; ) {
      x = (Math.imul(x, 1103515245) + 12345) >>> 0;
      at = Math.min(rows, at + 1 + ((x >>> 16) % 97));
      cuts.push(at);
    }
    return cuts;
  };
  return [
    every(1),
    every(20),
    every(199),
    every(256),
    [1, 2, 14, 15, 27, 200, 201, rows],
    random(7),
    random(99),
  ];
}

const label = (row: CatalogRow) => row.codes.map((spec) => spec?.code ?? '-').join(' ');
const period = (params: Params, value: number): Params => ({ ...params, period: value });
const smallest = (kernel: Kernel): Params =>
  Object.fromEntries(kernel.params.map((param) => [param.name, param.min]));

const TOGETHER = [...new Set(CATALOG.map((row) => row.kernel))].filter(
  ({ runTogether }) => runTogether !== undefined,
);

describe.each(TOGETHER.map((kernel) => ({ kernel, name: kernel.name })))('$name together', ({ kernel }) => {
  const rows = CATALOG.filter((row) => row.kernel === kernel);
  const inputs = rows[0].inputs;

  it.each([2, 3, 4, 5, rows.length])(
    '%i rows give the bits and states of one after another, under any cutting',
    (n) => {
      const params = rows.slice(0, n).map((row) => row.params);
      const arrays = (make: (rows: number) => Float64Array) => ({
        inputs: inputs.map(() => make(ROWS)),
        outputs: params.map(() => kernel.outputs.map(() => make(ROWS))),
        states: params.map((one) => make(kernel.stateSize(one))),
      });
      const ordinary = arrays((length) => new Float64Array(length));
      const standing = arrays(newColumn);
      for (const { name, columns } of wholes) {
        const x = inputs.map((input) => columns.get(input)!);
        const alone = params.map((one) => runCut(kernel, one, x, [ROWS]));
        for (const [i, cuts] of cuttings(ROWS).entries()) {
          for (const together of [ordinary, standing]) {
            const states = together.states.map((state, k) => state.subarray(0, kernel.stateSize(params[k])));
            for (const state of states) state.fill(0);
            for (const [input, column] of x.entries()) together.inputs[input].set(column);
            let start = 0;
            for (const end of cuts) {
              kernel.runTogether!(together.inputs, params, states, together.outputs, start, end);
              start = end;
            }
            for (const [k, { outputs: expected, state }] of alone.entries()) {
              const at = `${name}, cutting ${i}, row ${k}, ${together === standing ? 'in place' : 'copied'}`;
              expect(sameBits(together.outputs[k], expected), at).toBe(true);
              expect(sameBits([states[k]], [state]), `state, ${at}`).toBe(true);
            }
          }
        }
      }
    },
  );
});

describe.each(CATALOG.map((row) => ({ row, name: label(row) })))('$name', ({ row }) => {
  const { kernel, params } = row;
  const inputsOf = (columns: Map<string, Float64Array>) => row.inputs.map((input) => columns.get(input)!);

  it('gives the same bits under any cutting, from its history alone, and ends in the same state', () => {
    for (const { name, columns } of wholes) {
      const whole = runCut(kernel, params, inputsOf(columns), [ROWS]);
      for (const [i, cuts] of cuttings(ROWS).entries()) {
        for (const place of [anywhere, inMemory]) {
          const cut = runCut(kernel, params, inputsOf(columns), cuts, place);
          const at = `${name}, cutting ${i}, ${place === inMemory ? 'in place' : 'copied'}`;
          expect(sameBits(cut.outputs, whole.outputs), at).toBe(true);
          expect(sameBits([cut.state], [whole.state]), `state, ${at}`).toBe(true);
        }
      }
    }
  });

  it('does not look past end', () => {
    for (const { name, columns } of wholes) {
      const whole = runCut(kernel, params, inputsOf(columns), [ROWS]).outputs;
      for (const end of [1, 19, 20, 21, 40, 203, 299, 301, ROWS - 1]) {
        const poisoned = inputsOf(columns).map((input) => input.slice().fill(Number.NaN, end));
        const out = kernel.outputs.map(() => new Float64Array(ROWS));
        kernel.run(poisoned, params, new Float64Array(kernel.stateSize(params)), out, 0, end);
        expect(
          sameBits(
            out.map((column) => column.slice(0, end)),
            whole.map((column) => column.slice(0, end)),
          ),
          `${name}, end ${end}`,
        ).toBe(true);
      }
    }
  });

  it('is the same under any cutting with its smallest parameters and with a period beyond the scratch', () => {
    const variants = [smallest(kernel)];
    if ('period' in params) variants.push(period(params, 300));
    for (const variant of variants)
      for (const { name, columns } of wholes.filter((whole) =>
        ['walk', 'plateau', 'quiet'].includes(whole.name),
      )) {
        const inputs = inputsOf(columns);
        const whole = runCut(kernel, variant, inputs, [ROWS]);
        for (const cuts of cuttings(ROWS).slice(0, 4))
          for (const place of [anywhere, inMemory]) {
            const cut = runCut(kernel, variant, inputs, cuts, place);
            expect(sameBits(cut.outputs, whole.outputs), `${name}, ${JSON.stringify(variant)}`).toBe(true);
          }
        if (name !== 'walk') continue;
        const warmUp = Math.max(...row.inputs.map((input) => program.lookback.get(input)!));
        for (const [o, column] of whole.outputs.entries()) {
          const known = column.findIndex((v) => !Number.isNaN(v));
          expect(known, `lookback with ${JSON.stringify(variant)}`).toBe(
            warmUp + kernel.lookback(variant, o),
          );
        }
      }
  });

  it('accepts its own parameters', () => {
    expect(Object.keys(params).sort()).toEqual(kernel.params.map((param) => param.name).sort());
    for (const param of kernel.params) {
      expect(params[param.name]).toBeGreaterThanOrEqual(param.min);
      if (param.whole) expect(Number.isInteger(params[param.name])).toBe(true);
    }
    expect(row.inputs.length).toBe(kernel.inputs.length);
    expect(row.codes.length).toBe(kernel.outputs.length);
  });
});

describe.each(CODES.map((code) => ({ code })))('$code', ({ code }) => {
  it('equals its naive twin on every shape, unknown where the twin is', () => {
    for (const { name, klines, columns } of wholes) {
      // Where RSI14 hardly moves (after a spike) the quotient magnifies its last digits: compared over the same RSI14.
      const expected = code === 'STOCH_RSI14' ? stochRsiOf([...columns.get('RSI14')!]) : TWINS[code](klines);
      const actual = columns.get(code)!;
      for (let t = 0; t < ROWS; t++) {
        const a = actual[t];
        const b = expected[t];
        if (Number.isNaN(a) && Number.isNaN(b)) continue;
        if (!(Math.abs(a - b) <= allowedDifference(code, a, b, klines.close[t])))
          expect.fail(`${name}, row ${t}: ${a}, the twin says ${b}`);
      }
    }
  });

  it('never gives a negative zero, which a checksum would tell from 0 and a reader could not', () => {
    for (const { name, columns } of wholes)
      expect(
        columns.get(code)!.findIndex((value) => Object.is(value, -0)),
        name,
      ).toBe(-1);
  });

  it('is unknown on exactly the first lookback(code) rows when everything else is known', () => {
    const warmUp = lookback(code);
    for (const { name, columns } of wholes.filter((whole) =>
      ['walk', 'rise', 'fall', 'gap', 'tiny'].includes(whole.name),
    )) {
      const actual = columns.get(code)!;
      expect(actual.subarray(0, warmUp).every(Number.isNaN), name).toBe(true);
      expect(actual.subarray(warmUp).some(Number.isNaN), name).toBe(false);
    }
    for (const rows of [0, 1, warmUp])
      if (rows <= warmUp) expect(runWhole(shapes[0].klines, rows).get(code)!.every(Number.isNaN)).toBe(true);
  });
});

describe('catalog', () => {
  /** SPEC 3's table, read from top to bottom: the position is the permanent number. */
  const SPEC_CODES =
    `SMA20 SMA50 SMA200 EMA9 EMA12 EMA20 EMA21 EMA26 EMA50 EMA200 RSI14 MACD MACD_SIGNAL MACD_HIST ADX14
    PLUS_DI14 MINUS_DI14 ATR14 ATR_PCT14 BB_UPPER20 BB_MIDDLE20 BB_LOWER20 BB_WIDTH20 BB_PCT_B20 STOCH_K14 STOCH_D14
    STOCH_RSI14 CCI20 WILLR14 ROC10 MOM10 MFI14 OBV CMF20 VWAP_D VWAP_DEV VOL_SMA20 VOL_RATIO20 TAKER_RATIO
    DONCHIAN_UPPER20 DONCHIAN_LOWER20 SUPERTREND SUPERTREND_DIR PSAR RVOL20`.split(/\s+/);

  it('holds the 45 codes of SPEC 3 under their permanent numbers', () => {
    expect(SPEC_CODES.length).toBe(45);
    expect(CODES).toEqual(SPEC_CODES);
    expect(CODES.map((code) => codeSpec(code).number)).toEqual(SPEC_CODES.map((_, i) => i + 1));
    expect(Object.keys(TWINS)).toEqual(SPEC_CODES);
  });

  it('uses every kernel file, and kernel names are unique', async () => {
    const folder = new URL('./indicators/', import.meta.url);
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    const kernels = new Set(CATALOG.map((row) => row.kernel));
    for (const file of files) {
      const exported = Object.values(await import(new URL(file, folder).href));
      expect(exported.length, file).toBe(1);
      const kernel = exported[0] as Kernel;
      expect(kernels.has(kernel), file).toBe(true);
      expect(kernel.name.replaceAll('_', '-'), file).toBe(file.slice(0, -3));
    }
    expect(files.length).toBe(kernels.size);
  });

  it('is frozen, knows lookbacks through inputs, and refuses other codes in one line', () => {
    expect(Object.isFrozen(CATALOG) && CATALOG.every((row) => Object.isFrozen(row.params))).toBe(true);
    // TA-Lib's lookbacks; STOCH_RSI14 is 14 of RSI14 and 13 of its own.
    expect(
      ['RSI14', 'ADX14', 'MACD', 'STOCH_K14', 'STOCH_RSI14', 'BB_PCT_B20', 'PSAR'].map(lookback),
    ).toEqual([14, 27, 33, 17, 27, 19, 1]);
    expect(() => lookback('RSI7')).toThrow(/^catalog: 'RSI7' is not one of SMA20, .*RVOL20$/);
    expect(() => lookback('CLOSE')).toThrow(/^catalog: 'CLOSE' is not one of/);
  });

  it('names in a version all that the values depend on', () => {
    expect(kernelVersion('RSI14')).toBe('rsi@1(period=14)[CLOSE]');
    expect(kernelVersion('STOCH_RSI14')).toBe('stoch_rsi@1(period=14)[rsi@1(period=14)[CLOSE]]');
  });
});
