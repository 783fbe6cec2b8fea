import { newColumn, newRows } from '../wasm/columns.js';
import type { PredictionColumns } from './rules.js';

/** Scoring's output columns, `rows` long, where scoring computes on them without copying. */
export function newPredictions(rows: number): PredictionColumns {
  return {
    knownMask: newRows(Uint32Array, rows * 2),
    firedMask: newRows(Uint32Array, rows * 2),
    buyScore: newColumn(rows),
    sellScore: newColumn(rows),
    action: newRows(Int8Array, rows),
    reason: newRows(Int16Array, rows),
    isConflict: newRows(Uint8Array, rows),
    metricTrend: newColumn(rows),
    metricMomentum: newColumn(rows),
    metricVolatility: newColumn(rows),
    metricVolume: newColumn(rows),
  };
}
