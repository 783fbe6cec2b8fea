import { indicators, indicatorValues, klines } from './facts/bars.js';
import { metricValues } from './facts/metric-values.js';
import { predictions } from './facts/predictions.js';
import { rejects } from './facts/rejects.js';
import { results } from './facts/results.js';

/** The facts by the name of their list. */
export const factRows = { klines, indicators, indicatorValues, metricValues, predictions, results, rejects };
