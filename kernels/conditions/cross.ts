import { wasm } from '../wasm/module.js';
import type { Condition, Direction, RunRows, ThresholdUse } from './condition.js';
import { overRows, scratchFor } from './over-rows.js';

/**
 * `sign` 1: some step of the last `window` went from at or below `level` to above it; -1 mirrors it (negation is exact).
 * Rows t-window..t are looked at.
 */
function bindCross(
  y: Float64Array,
  streak: Int32Array,
  window: number,
  level: number,
  sign: number,
  out: Uint8Array,
): RunRows {
  return overRows(y, streak, window, out, (yAt, streakAt, outAt, rows) =>
    wasm.cross(yAt, streakAt, outAt, scratchFor(2, rows, window), rows, window, level, sign),
  );
}

function cross(
  direction: Direction,
  title: string,
  start: ThresholdUse,
  end: ThresholdUse,
  bind: Condition['bind'],
): Condition {
  return {
    direction,
    family: 'cross',
    version: 1,
    title,
    start,
    end,
    absent: 0,
    subject: 'value',
    span: (window) => window,
    bind,
  };
}

/** REJECT and RECLAIM: a crossing of zero by CLOSE - indicator at this very bar, whatever the window. */
function closeCross(direction: Direction, title: string, bind: Condition['bind']): Condition {
  return { ...cross(direction, title, 'refused', 'refused', bind), subject: 'from_close', span: () => 1 };
}

export const crossUp = cross(
  'CROSS_UP',
  'y crossed start upward within the window',
  'optional',
  'refused',
  (y, streak, params, out) => bindCross(y, streak, params.window, params.start, 1, out),
);

export const crossDown = cross(
  'CROSS_DOWN',
  'y crossed end downward within the window',
  'refused',
  'optional',
  (y, streak, params, out) => bindCross(y, streak, params.window, params.end, -1, out),
);

export const reject = closeCross(
  'REJECT',
  'the close fell below the indicator at this bar',
  (y, streak, _params, out) => bindCross(y, streak, 1, 0, -1, out),
);

export const reclaim = closeCross(
  'RECLAIM',
  'the close rose above the indicator at this bar',
  (y, streak, _params, out) => bindCross(y, streak, 1, 0, 1, out),
);
