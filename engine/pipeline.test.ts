import { describe, expect, it } from 'vitest';
import { KLINE_INPUTS, RESULT_STATUS } from '../kernels/index.js';
import { klineBatch, random, walkColumns } from '../test/support/market.js';
import { shippedStrategies } from '../test/support/strategies.js';
import { PREDICTION_COLUMNS } from '../warehouse/index.js';
import { inputArrays } from './kline-arrays.js';
import { Pipeline } from './pipeline.js';
import { PROGRAM } from './program.js';
import { WALKED_RESULT_COLUMNS } from './result-batch.js';
import type { BlockEnd, Carry, FactColumns, PartitionJob } from './task.js';

const HOUR = 3_600_000;
const ROWS = 4_300;
const klines = inputArrays(klineBatch(walkColumns({ seed: 11, rows: ROWS, durationMs: HOUR }), 0, ROWS));
const CLOSE_TIME = KLINE_INPUTS.indexOf('CLOSE_TIME');
const job: PartitionJob = {
  interval: '1h',
  strategies: shippedStrategies(),
  codes: PROGRAM.codes,
};

/** Every fact of a run as text a row, so that NaN, -0 and masks compare exactly. */
interface Facts {
  readonly indicators: string[];
  readonly predictions: string[][];
  readonly results: string[][];
  readonly blocks: string[];
}

function emptyFacts(): Facts {
  return {
    indicators: [],
    predictions: job.strategies.map(() => []),
    results: job.strategies.map(() => []),
    blocks: [],
  };
}

function rowsOf({ rows, arrays }: FactColumns): string[] {
  const text = (value: unknown): string => (Object.is(value, -0) ? '-0' : String(value));
  return Array.from({ length: rows }, (_, r) => arrays.map((array) => text(array[r])).join(' '));
}

const field = (row: string, name: string): number =>
  Number(row.split(' ')[WALKED_RESULT_COLUMNS.findIndex((column) => column.name === name)]);
const exitOf = (row: string): number => field(row, 'confirmed_at');
const isExpired = (row: string): boolean => field(row, 'result_status') === RESULT_STATUS.indexOf('EXPIRED');

function textOf(block: BlockEnd): string {
  return [
    block.rows,
    block.closeTime,
    ...block.kernelState,
    ...block.trades.map((trade) => trade.join(' ')),
  ].join(' ');
}

/** Pushes the rows cut at `cuts`; a new pipeline is restored from the carry for every piece, or one is kept. */
function run(
  columns: readonly Float64Array[],
  rows: number,
  cuts: readonly number[],
  keepPipeline = false,
): Facts {
  const facts = emptyFacts();
  let carry: Carry | null = null;
  let pipeline = new Pipeline(job, null);
  let start = 0;
  for (const end of [...cuts, rows]) {
    const piece = columns.map((column) => column.subarray(start, end));
    const output = pipeline.push(piece, end - start);
    facts.indicators.push(...rowsOf(output.indicators!));
    output.strategies.forEach((strategy, i) => {
      facts.predictions[i]!.push(...rowsOf(strategy.predictions));
      facts.results[i]!.push(...rowsOf(strategy.results));
    });
    facts.blocks.push(...output.blocks.map(textOf));
    if (!keepPipeline) {
      carry = structuredClone(pipeline.save());
      pipeline = new Pipeline(job, carry);
    }
    start = end;
  }
  // A result comes with the chunk that decides it: the order of arrival is no fact.
  for (const results of facts.results) results.sort();
  return facts;
}

const whole = run(klines, ROWS, []);

describe('Pipeline', () => {
  it('makes every kind of fact on the walk', () => {
    expect(whole.indicators).toHaveLength(ROWS);
    for (const [i] of job.strategies.entries()) {
      expect(whole.predictions[i]!.length).toBeGreaterThan(ROWS - 300);
      expect(whole.results[i]!.length).toBeGreaterThan(50);
    }
    expect(whole.blocks).toHaveLength(Math.floor(ROWS / 1024));
    expect(whole.predictions[0]![0]!.split(' ')).toHaveLength(PREDICTION_COLUMNS.length);
    expect(whole.results[0]![0]!.split(' ')).toHaveLength(WALKED_RESULT_COLUMNS.length);
  });

  it('gives the same bits for any cutting, restored from its carry or kept', () => {
    const next = random(5);
    const cuts = [...new Set(Array.from({ length: 12 }, () => Math.floor(next() * ROWS)))].sort(
      (a, b) => a - b,
    );
    expect(run(klines, ROWS, cuts)).toEqual(whole);
    expect(run(klines, ROWS, cuts, true)).toEqual(whole);
  });

  it('gives the same bits one bar at a time', () => {
    const cuts = Array.from({ length: 1_400 }, (_, i) => i + 1);
    expect(run(klines, ROWS, cuts, true)).toEqual(whole);
    expect(run(klines, ROWS, cuts.slice(0, 300))).toEqual(whole);
  });

  it('never lets a value depend on a later bar: prefixes give prefixes, whatever follows', () => {
    for (const end of [1, 40, 1_024, 2_500]) {
      const poisoned = klines.map((column) => {
        const copy = column.slice();
        copy.fill(Number.NaN, end);
        return copy;
      });
      const prefix = run(poisoned, end, []);
      expect(prefix.indicators).toEqual(whole.indicators.slice(0, end));
      prefix.predictions.forEach((rows, i) => {
        expect(rows).toEqual(whole.predictions[i]!.slice(0, rows.length));
      });
      // What is decided inside the prefix stays; trades it leaves open come later.
      const lastTime = klines[CLOSE_TIME]![end - 1]!;
      prefix.results.forEach((rows, i) => {
        expect(whole.results[i]).toEqual(expect.arrayContaining(rows));
        const exited = whole.results[i]!.filter((row) => exitOf(row) <= lastTime && !isExpired(row));
        expect(rows.filter((row) => !isExpired(row))).toEqual(exited);
      });
    }
  });

  it('writes no facts while warming up, and goes on as if it had', () => {
    const first = new Pipeline(job, null);
    const warmUp = first.push(
      klines.map((column) => column.subarray(0, 2_000)),
      2_000,
      false,
    );
    expect(warmUp.indicators).toBeNull();
    expect(warmUp.strategies).toEqual([]);
    const second = new Pipeline(job, structuredClone(first.save()));
    const rest = second.push(
      klines.map((column) => column.subarray(2_000)),
      ROWS - 2_000,
    );
    expect(rowsOf(rest.indicators!)).toEqual(whole.indicators.slice(2_000));
  });
});
