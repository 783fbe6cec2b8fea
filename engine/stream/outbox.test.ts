import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/cli.js';
import { newWarehouse } from '../../test/support/warehouse.js';
import type { OutboxPosition, StrategyRecord, Warehouse } from '../../warehouse/index.js';
import { Outbox } from './outbox.js';
import { Series } from './series.js';

const KEY = { symbol: 'BTCUSDT', interval: '1h' };
const folder = temporaryFolder();
let warehouse: Warehouse;
let strategies: StrategyRecord[];
let id: number;

beforeAll(async () => {
  warehouse = await newWarehouse(folder.path, 'outbox');
  strategies = (await warehouse.strategies()).slice(0, 1);
  id = strategies[0]!.strategyId;
});

afterAll(async () => {
  await warehouse.close();
  folder.dispose();
});

async function store(positions: readonly OutboxPosition[]): Promise<void> {
  const session = await warehouse.begin();
  await session.setOutboxPositions(positions);
  await session.commit();
}

describe('the outbox', () => {
  it('forgets what it held of a series that another consumer had meanwhile', async () => {
    const series = new Series(KEY, strategies);
    const outbox = await Outbox.open(warehouse);
    outbox.add(series);
    const first = outbox.toStore();
    await store(first);
    outbox.stored(first);
    outbox.published(outbox.get(id, KEY)!, 100);
    // The other one has published more, and has computed bars again.
    await store([{ ...KEY, strategyId: id, publishedTo: 150, revision: 3 }]);

    await outbox.reload(warehouse);
    expect(outbox.get(id, KEY)).toMatchObject({ publishedTo: 150, revision: 3 });
    expect(outbox.toStore()).toEqual([]);
    expect(outbox.toStore([{ series, fromTime: 50 }])).toMatchObject([{ publishedTo: 49, revision: 4 }]);
  });

  it('is set back when the transaction is committed, not before', async () => {
    const series = new Series(KEY, strategies);
    await store([{ ...KEY, strategyId: id, publishedTo: 500, revision: 5 }]);
    const outbox = await Outbox.open(warehouse);
    const before = outbox.get(id, KEY)!;
    const positions = outbox.toStore([{ series, fromTime: 300 }]);
    expect(positions).toMatchObject([{ publishedTo: 299, revision: 6 }]);
    // What is published meanwhile is what stood before, under the revision that it had.
    expect(outbox.get(id, KEY)).toEqual(before);
    outbox.published(before, 600);
    outbox.stored(positions);
    expect(outbox.get(id, KEY)).toMatchObject({ publishedTo: 299, revision: 6 });
    // A send that began before does not count.
    outbox.published(before, 700);
    expect(outbox.get(id, KEY)).toMatchObject({ publishedTo: 299, revision: 6 });
    expect(outbox.toStore()).toEqual([]);
  });
});
