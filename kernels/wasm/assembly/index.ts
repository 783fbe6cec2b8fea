export { bandShape } from './band-shape';
export { bbands } from './bbands';
export { cci } from './cci';
export { difference, roc } from './change';
export { cross, expansion, monotone, trend, within } from './conditions';
export { decide, scoringRules } from './decide';
export { dmi } from './dmi';
export { emaLanes, emas } from './ema';
export { mfi } from './mfi';
export { donchian, stoch } from './range';
export { addMetric, addWeight, beginScores, lookUp } from './scoring';
export { sma } from './sma';
export { vwap } from './vwap';

/** The first byte that no function of this module uses. */
export const heap: usize = __heap_base;
