import { type Condition, type Direction, type ThresholdUse, UNKNOWN } from './condition.js';

/**
 * `sign` 1: some step of the last `window` went from at or below `level` to above it; -1 mirrors it (negation is exact).
 * Rows t-window..t are looked at.
 */
function runCross(
  y: Float64Array,
  streak: Int32Array,
  window: number,
  level: number,
  sign: number,
  out: Uint8Array,
  start: number,
  end: number,
): void {
  // The state is found again from the `window` rows before `start`: any chunking gives the same.
  const first = Math.max(0, start - window);
  const bound = sign * level;
  let lastUnknown = first - 1;
  let rowsSinceCross = window;
  let previous = Number.NaN;
  for (let t = first; t < end; t++) {
    const value = sign * y[t]!;
    if (Number.isNaN(value)) lastUnknown = t;
    // Counted without a branch on what the market did.
    const isCross = Number(value > bound) & Number(previous <= bound);
    rowsSinceCross = (rowsSinceCross + 1) * (1 - isCross);
    previous = value;
    if (t < start) continue;
    if (streak[t]! < window || lastUnknown >= t - window) out[t] = UNKNOWN;
    else out[t] = Number(rowsSinceCross < window);
  }
}

function cross(
  direction: Direction,
  title: string,
  start: ThresholdUse,
  end: ThresholdUse,
  run: Condition['run'],
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
    run,
  };
}

/** REJECT and RECLAIM: a crossing of zero by CLOSE - indicator at this very bar, whatever the window. */
function closeCross(direction: Direction, title: string, run: Condition['run']): Condition {
  return { ...cross(direction, title, 'refused', 'refused', run), subject: 'from_close', span: () => 1 };
}

export const crossUp = cross(
  'CROSS_UP',
  'y crossed start upward within the window',
  'optional',
  'refused',
  (y, streak, params, out, start, end) =>
    runCross(y, streak, params.window, params.start, 1, out, start, end),
);

export const crossDown = cross(
  'CROSS_DOWN',
  'y crossed end downward within the window',
  'refused',
  'optional',
  (y, streak, params, out, start, end) => runCross(y, streak, params.window, params.end, -1, out, start, end),
);

export const reject = closeCross(
  'REJECT',
  'the close fell below the indicator at this bar',
  (y, streak, _params, out, start, end) => runCross(y, streak, 1, 0, -1, out, start, end),
);

export const reclaim = closeCross(
  'RECLAIM',
  'the close rose above the indicator at this bar',
  (y, streak, _params, out, start, end) => runCross(y, streak, 1, 0, 1, out, start, end),
);
