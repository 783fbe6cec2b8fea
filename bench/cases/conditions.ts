import { BLOCK_ROWS, durationOf } from '../../engine/index.js';
import {
  CONDITIONS,
  DIRECTIONS,
  type Direction,
  newColumn,
  newRows,
  type RunRows,
  UNKNOWN,
} from '../../kernels/index.js';
import { type NaiveWindow, naiveCondition } from '../../test/reference/conditions.js';
import type { BenchCase } from '../case.js';
import { head } from '../corpus.js';
import { computeCodes } from '../kernel-input.js';
import { kernelKlines } from '../kernel-klines.js';
import { streaks } from '../strategy-input.js';

interface ConditionInput {
  readonly rows: number;
  readonly evaluate: RunRows;
  readonly truth: Uint8Array;
  readonly naive: (t: number) => boolean | null;
}

/** Something that crosses 0 often, and is unknown at first. */
const CODE = 'MACD_HIST';
const WINDOW = 4;
/** Around the middle half of its values; the factor of an average for EXPAND and CONTRACT. */
const THRESHOLDS = { start: -5, end: 5, window: WINDOW };
const FACTORS = { start: 1.1, end: 0.9, window: WINDOW };
/** A chunk of the pool. */
const BARS = 32_768;

export const conditions: BenchCase<ConditionInput> = {
  name: 'conditions',
  group: 'strategy',
  title:
    `Every direction of SPEC 4 over ${CODE} of a chunk of BTCUSDT 15m, a window of ${WINDOW} bars, against its naive twin; one thread, in ` +
    'blocks of the pipeline; rows = bars.',
  sizes: ({ isQuick }) => DIRECTIONS.map((label) => ({ label, bars: isQuick ? 4_096 : BARS })),
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 3, roundMs: 20, warmUp: isQuick ? 0 : 1 }),
  load: async ({ label, bars }, context) => {
    const direction = label as Direction;
    const klines = head(await kernelKlines(context), bars);
    const { rows, columns, interval } = klines;
    const durationMs = durationOf(interval);
    const y = newColumn(rows);
    y.set(computeCodes(klines).get(CODE)!);
    const params = CONDITIONS.get(direction)!.family === 'expansion' ? FACTORS : THRESHOLDS;
    const truth = newRows(Uint8Array, rows);
    const closeTime = columns[6]!;
    const evaluate = CONDITIONS.get(direction)!.bind(y, streaks(closeTime, durationMs), params, truth);
    const window: NaiveWindow = { y: [...y], closeTime: [...closeTime], durationMs };
    const { start, end } = params;
    return { rows, evaluate, truth, naive: (t) => naiveCondition(label, window, t, start, end, WINDOW) };
  },
  work: ({ rows }) => ({ bars: rows, rows }),
  check: (input) => {
    evaluateAll(input);
    const counts = [0, 0, 0];
    for (let t = 0; t < input.rows; t++) {
      const value = input.naive(t);
      const expected = value === null ? UNKNOWN : Number(value);
      if (input.truth[t] !== expected)
        throw new Error(`conditions: row ${t}: ${input.truth[t]}, the naive twin has ${expected}`);
      counts[expected]!++;
    }
    const [no, yes, unknown] = counts.map((count) => count.toLocaleString('en-US'));
    return `${yes} times true, ${no} false, ${unknown} unknown, each where the naive twin has it`;
  },
  run: { name: 'klinemill', run: evaluateAll },
  reference: [
    {
      name: 'naive twin',
      run: ({ rows, naive }) => {
        for (let t = 0; t < rows; t++) naive(t);
      },
    },
  ],
};

function evaluateAll({ rows, evaluate }: ConditionInput): void {
  for (let start = 0; start < rows; start += BLOCK_ROWS) evaluate(start, Math.min(rows, start + BLOCK_ROWS));
}
