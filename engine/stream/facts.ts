import {
  type BarAppend,
  indicatorColumns,
  KLINE_COLUMNS,
  type KlineGap,
  makeBatch,
  PREDICTION_COLUMNS,
} from '../../warehouse/index.js';
import { durationOf } from '../interval.js';
import { PROGRAM } from '../program.js';
import { resultBatch } from '../result-batch.js';
import { COLUMN } from '../source/kline-chunk.js';
import type { Series, SeriesFacts } from './series.js';

const INDICATOR_COLUMNS = indicatorColumns(PROGRAM.codes);

/** Facts of bars behind the last one, as the warehouse takes them. @param before open time that the first bar should have */
export function barAppend(series: Series, facts: SeriesFacts, before: number): BarAppend {
  return {
    ...series.key,
    klines: makeBatch(KLINE_COLUMNS, facts.klines, facts.rows),
    ...factBatches(series, facts),
    gaps: gapsBefore(facts, durationOf(series.key.interval), before),
  };
}

/** Indicators, predictions and results of bars as batches. */
export function factBatches(
  series: Series,
  { indicators, strategies }: SeriesFacts,
): Pick<BarAppend, 'indicators' | 'strategies'> {
  return {
    indicators: makeBatch(INDICATOR_COLUMNS, indicators.arrays, indicators.rows),
    strategies: strategies.map(({ predictions, results }, i) => ({
      strategyId: series.strategies[i]!.strategyId,
      predictions: makeBatch(PREDICTION_COLUMNS, predictions.arrays, predictions.rows),
      results: resultBatch(results),
    })),
  };
}

/** Gaps that end at one of these bars. @param expected open time of the first one when none is missing; NaN: none is due */
function gapsBefore({ klines, rows }: SeriesFacts, durationMs: number, expected: number): KlineGap[] {
  const openTimes = klines[COLUMN.OPEN_TIME]!;
  const gaps: KlineGap[] = [];
  let due = expected;
  for (let r = 0; r < rows; r++) {
    const open = openTimes[r]!;
    if (open > due)
      gaps.push({ fromTime: due, toTime: open, missing: Math.round((open - due) / durationMs) });
    due = open + durationMs;
  }
  return gaps;
}
