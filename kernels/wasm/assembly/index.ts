export { bandShape } from './band-shape';
export { bbands } from './bbands';
export { cci } from './cci';
export { dmi } from './dmi';
export { mfi } from './mfi';
export { donchian, stoch } from './range';
export { sma } from './sma';
export { vwap } from './vwap';

/** The first byte that no function of this module uses. */
export const heap: usize = __heap_base;
