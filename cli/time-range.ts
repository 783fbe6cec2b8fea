import { UserError } from '../engine/index.js';
import type { TimeRange } from '../warehouse/index.js';

/**
 * `--from` and `--to` as a range.
 *
 * @param command whose options they are
 * @throws UserError when nothing is between them
 */
export function timeRange(command: string, { from, to }: TimeRange): TimeRange {
  if (from !== undefined && to !== undefined && from >= to)
    throw new UserError(`${command}: --from is not before --to, so there is nothing between them`);
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
