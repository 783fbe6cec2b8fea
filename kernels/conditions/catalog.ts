import { above, atLeast, atMost, below, between, outside } from './compare.js';
import type { Condition, Direction } from './condition.js';
import { crossDown, crossUp, reclaim, reject } from './cross.js';
import { contract, expand } from './expansion.js';
import { falling, rising, trendDown, trendUp } from './trend.js';

/** The condition of every direction of SPEC 4, in the order of `DIRECTIONS`. */
export const CONDITIONS: ReadonlyMap<Direction, Condition> = new Map(
  [
    above,
    atLeast,
    below,
    atMost,
    between,
    outside,
    trendUp,
    trendDown,
    rising,
    falling,
    crossUp,
    crossDown,
    reject,
    reclaim,
    expand,
    contract,
  ].map((condition) => [condition.direction, Object.freeze(condition)]),
);
