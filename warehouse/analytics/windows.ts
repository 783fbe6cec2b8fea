import type { StrategyRecord } from '../strategy.js';
import type { PartitionKey, Warehouse } from '../warehouse.js';
import { strategyParameters } from './sample.js';
import { readSlots } from './slots.js';
import { analyticsSql } from './sql.js';

/** A trade whose window does not hold (SPEC 6). */
export interface WindowBreach extends PartitionKey {
  readonly predicting_at: number;
  readonly what: string;
}

/** The first trade of a strategy version, by symbol, interval and time, whose window does not hold; null: all hold. */
export function readWindowBreach(
  warehouse: Warehouse,
  record: StrategyRecord,
  filter: { readonly symbol?: string; readonly interval?: string } = {},
): Promise<WindowBreach | null> {
  return warehouse.analyse(async (session) => {
    await readSlots(session, filter);
    const parameters = {
      ...strategyParameters(record),
      entry_at_close: record.document.risk.entry === 'close',
    };
    const [first] = await session.rows<WindowBreach>(analyticsSql('windows'), parameters);
    return first ?? null;
  });
}
