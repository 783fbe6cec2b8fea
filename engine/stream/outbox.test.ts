import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/cli.js';
import { walkColumns } from '../../test/support/market.js';
import { newWarehouse } from '../../test/support/warehouse.js';
import {
  KLINE_COLUMNS,
  makeBatch,
  type OutboxPosition,
  type StrategyRecord,
  type Warehouse,
} from '../../warehouse/index.js';
import { durationOf } from '../interval.js';
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
    await outbox.add(warehouse, [series]);
    const first = outbox.toStore();
    await store(first);
    outbox.stored(first);
    outbox.published(outbox.get(id, KEY)!, 100);
    // The other one has published more, and has computed bars again.
    await store([{ ...KEY, strategyId: id, publishedTo: 150, revision: 3 }]);

    await outbox.reload(warehouse);
    expect(outbox.get(id, KEY)).toBeNull();
    // Until it comes back.
    await outbox.add(warehouse, [series]);
    expect(outbox.get(id, KEY)).toMatchObject({ publishedTo: 150, revision: 3 });
    expect(outbox.toStore()).toEqual([]);
    expect(outbox.toStore([{ series, fromTime: 50 }])).toMatchObject([{ publishedTo: 49, revision: 4 }]);
  });

  it('is set back when the transaction is committed, not before', async () => {
    const series = new Series(KEY, strategies);
    await store([{ ...KEY, strategyId: id, publishedTo: 500, revision: 5 }]);
    const outbox = await Outbox.open(warehouse);
    await outbox.add(warehouse, [series]);
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

  it('holds what others have left until it is published and stored', async () => {
    const rows = 3;
    const columns = walkColumns({ seed: 1, rows, durationMs: durationOf(KEY.interval) });
    const session = await warehouse.begin();
    await session.appendKlines(KEY, makeBatch(KLINE_COLUMNS, columns, rows));
    await session.commit();
    const [first, , last] = columns[6]!;
    await store([{ ...KEY, strategyId: id, publishedTo: first!, revision: 7 }]);
    const outbox = await Outbox.open(warehouse);
    expect(outbox.leftovers()).toEqual([{ key: KEY, strategyIds: [id], to: last }]);

    const position = outbox.get(id, KEY)!;
    outbox.published(position, first! + 1);
    const half = outbox.toStore();
    await store(half);
    outbox.stored(half);
    expect(outbox.get(id, KEY)).toMatchObject({ publishedTo: first! + 1 });
    outbox.published(position, last!);
    const all = outbox.toStore();
    await store(all);
    outbox.stored(all);
    expect([outbox.get(id, KEY), outbox.leftovers()]).toEqual([null, []]);
    expect((await Outbox.open(warehouse)).leftovers()).toEqual([]);
  });
});
