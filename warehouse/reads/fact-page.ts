import type { AnalyticsSession } from '../analytics/session.js';
import type { Warehouse } from '../warehouse.js';
import { readGeneration } from './generation.js';
import type { FactPage, LongPage, PageOrder, ShortPage } from './page.js';
import { openRankedPage, readRankedPage } from './ranked-page.js';
import { openTimedPage, readTimedPage } from './timed-page.js';

/** Pages below it are read at once: enough rows to cost little each, few enough to hold several a client. */
const MIN_LONG_ROWS = 16_384;

/** A page that is being read. */
export interface OpenPage extends LongPage {
  /** What the ledger stands at in the snapshot that the rows come from. */
  readonly generation: string;
}

/**
 * Reads a page in one snapshot and hands it to `work`, which reads the rows as fast as it likes. The page after it
 * starts behind the last row's key, so rows that were added or taken away meanwhile move nothing.
 */
export async function openFactPage<T>(
  warehouse: Warehouse,
  page: FactPage,
  order: PageOrder,
  work: (page: OpenPage) => Promise<T>,
): Promise<T> {
  if (order.limit >= MIN_LONG_ROWS)
    return warehouse.analyse(async (session) => {
      const rows = await openLong(session, page, order);
      return work({ generation: await readGeneration(session), ...rows });
    });
  const { tables, ...rest } = await warehouse.glance(async (session) => {
    const rows = await readShort(session, page, order);
    return { generation: await readGeneration(session), ...rows };
  });
  const each = async function* () {
    yield* tables;
  };
  return work({ ...rest, tables: each() });
}

function openLong(session: AnalyticsSession, page: FactPage, order: PageOrder): Promise<LongPage> {
  const { time } = page;
  return time === null
    ? openRankedPage(session, page, order)
    : openTimedPage(session, { ...page, time }, order);
}

function readShort(session: AnalyticsSession, page: FactPage, order: PageOrder): Promise<ShortPage> {
  const { time } = page;
  return time === null
    ? readRankedPage(session, page, order)
    : readTimedPage(session, { ...page, time }, order);
}
