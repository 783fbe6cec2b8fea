import { numbers, type PartitionKey, type Warehouse } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import { durationOf, INTERVAL_NAMES } from '../interval.js';

/** A prediction as its id names it. */
export interface BarOf extends PartitionKey {
  /** name@version */
  readonly strategy: string;
  readonly predictingAt: number;
}

/** Reads `strategy@version:symbol:interval:predicting_at` (SPEC 5). @throws UserError that says what is expected */
export function parsePredictionId(id: string): BarOf {
  const match = /^(.+@\d+):([^:]+):([^:]+):(\d{1,15})$/.exec(id);
  if (match === null)
    throw new UserError(`explain: '${id}' is not strategy@version:symbol:interval:predicting_at`);
  const [, strategy, symbol, interval, at] = match as unknown as [string, string, string, string, string];
  if (!INTERVAL_NAMES.includes(interval))
    throw new UserError(`explain: interval '${interval}' is not one of ${INTERVAL_NAMES.join(', ')}`);
  return { strategy, symbol, interval, predictingAt: Number(at) };
}

/** close_time of the bar that `at` lies in, its open and close time included. @throws UserError when there is none */
export async function barAt(warehouse: Warehouse, key: PartitionKey, at: number): Promise<number> {
  const range = { from: at, to: at + durationOf(key.interval) };
  for await (const batch of warehouse.scanKlines(key, range, { batchRows: 1 }))
    if (numbers(batch, 'open_time')[0]! <= at) return numbers(batch, 'close_time')[0]!;
    else break;
  throw new UserError(
    `explain: ${key.symbol} ${key.interval} has no bar at ${new Date(at).toISOString()}; klinemill gaps lists what is missing`,
  );
}
