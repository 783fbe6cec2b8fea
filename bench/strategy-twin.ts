import { operandsOf } from '../engine/index.js';
import { ACTION, type PredictionColumns, REASON } from '../kernels/index.js';
import { naiveCondition } from '../test/reference/conditions.js';
import { type NaivePrediction, naivePrediction } from '../test/reference/scoring.js';
import type { StrategyInput, StrategyRun } from './strategy-input.js';

/** A strategy as the naive twins take it: plain arrays, made outside every clock. */
export interface StrategyTwin {
  readonly run: StrategyRun;
  readonly y: readonly number[][];
  readonly closeTime: readonly number[];
  readonly durationMs: number;
}

export function strategyTwins({ runs, bars, durationMs }: StrategyInput): StrategyTwin[] {
  const closeTime = [...bars.closeTime];
  return runs.map((run) => ({
    run,
    y: run.strategy.metrics.map((metric) => {
      const { left, right } = operandsOf(metric);
      const subtrahend = right === null ? null : run.column(right);
      return Array.from(run.column(left), (value, t) =>
        subtrahend === null ? value : value - subtrahend[t]!,
      );
    }),
    closeTime,
    durationMs,
  }));
}

/** Every metric of one bar by SPEC 4, then its prediction by SPEC 5, both by test/reference. */
export function twinPrediction(
  { run: { strategy }, y, closeTime, durationMs }: StrategyTwin,
  t: number,
): NaivePrediction {
  const truth = strategy.metrics.map(({ direction, start, end, window }, m) =>
    naiveCondition(direction, { y: y[m]!, closeTime, durationMs }, t, start, end, window),
  );
  return naivePrediction(strategy.scoring, truth);
}

/** @throws Error that names strategy, row, column and both values */
export function checkPredictions({ rows }: StrategyInput, twins: readonly StrategyTwin[]): string {
  for (const twin of twins)
    for (let t = 0; t < rows; t++) {
      const expected = physical(twinPrediction(twin, t));
      const found = rowOf(twin.run.scores, t);
      for (const [name, value] of Object.entries(expected))
        if (!Object.is(found[name], value))
          throw new Error(
            `bench: ${twin.run.name} row ${t}: ${name} ${found[name]}, the naive twin has ${value}`,
          );
    }
  return `${twins.length} strategies, ${rows.toLocaleString('en-US')} bars: masks, scores, actions, reasons and groups of every bar as the naive twin has them, bit for bit`;
}

function physical(prediction: NaivePrediction): Record<string, number> {
  const { known, fired, buyScore, sellScore, action, reason, isConflict, groups } = prediction;
  return {
    knownLow: word(known, 0),
    knownHigh: word(known, 1),
    firedLow: word(fired, 0),
    firedHigh: word(fired, 1),
    buyScore,
    sellScore,
    action: ACTION[action],
    reason: reasonCode(reason),
    isConflict: Number(isConflict),
    trend: groups.TREND,
    momentum: groups.MOMENTUM,
    volatility: groups.VOLATILITY,
    volume: groups.VOLUME,
  };
}

function rowOf(scores: PredictionColumns, t: number): Record<string, number | undefined> {
  return {
    knownLow: scores.knownMask[2 * t],
    knownHigh: scores.knownMask[2 * t + 1],
    firedLow: scores.firedMask[2 * t],
    firedHigh: scores.firedMask[2 * t + 1],
    buyScore: scores.buyScore[t],
    sellScore: scores.sellScore[t],
    action: scores.action[t],
    reason: scores.reason[t],
    isConflict: scores.isConflict[t],
    trend: scores.metricTrend[t],
    momentum: scores.metricMomentum[t],
    volatility: scores.metricVolatility[t],
    volume: scores.metricVolume[t],
  };
}

const word = (positions: readonly number[], which: number): number =>
  positions.filter((p) => p >> 5 === which).reduce((mask, p) => (mask | (1 << (p & 31))) >>> 0, 0);

function reasonCode(reason: string | null): number {
  if (reason === null) return REASON.NONE;
  const [name, position] = reason.split(':');
  return REASON[name as keyof typeof REASON] + Number(position ?? 0);
}
