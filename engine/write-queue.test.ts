import { afterEach, describe, expect, it } from 'vitest';
import {
  KLINE_COLUMNS,
  makeBatch,
  openWarehouse,
  type Warehouse,
  type WriteSession,
} from '../warehouse/index.js';
import { warehouseCatalog } from './warehouse-catalog.js';
import { WriteQueue } from './write-queue.js';

const HOUR = 3_600_000;
let warehouse: Warehouse;

afterEach(() => warehouse.close());

async function queue(): Promise<WriteQueue> {
  warehouse = await openWarehouse('duckdb::memory:');
  await warehouse.migrate(warehouseCatalog());
  return new WriteQueue(warehouse);
}

/** One flat bar of `symbol`, said to be `bars` bars. */
const bar =
  (symbol: string, bars = 1) =>
  async (session: WriteSession) => {
    const arrays = KLINE_COLUMNS.map(({ name }) =>
      Float64Array.of(name === 'open_time' ? 0 : name === 'close_time' ? HOUR : 1),
    );
    await session.appendKlines({ symbol, interval: '1h' }, makeBatch(KLINE_COLUMNS, arrays, 1));
    return { bars };
  };

const symbols = async (): Promise<string[]> => (await warehouse.partitions()).map(({ symbol }) => symbol);

describe('WriteQueue', () => {
  it('shows nothing before the commit and everything after it, several writes in one transaction', async () => {
    const writes = await queue();
    await Promise.all([writes.write(bar('AAA')), writes.write(bar('BBB'))]);
    expect(await symbols()).toEqual([]);
    await writes.commit();
    expect(await symbols()).toEqual(['AAA', 'BBB']);
  });

  it('commits by itself when the transaction has its bars', async () => {
    const writes = await queue();
    await writes.write(bar('AAA', warehouse.transactionBars - 1));
    expect(await symbols()).toEqual([]);
    await writes.write(bar('BBB'));
    expect(await symbols()).toEqual(['AAA', 'BBB']);
    await writes.write(bar('CCC'));
    expect(await symbols()).toEqual(['AAA', 'BBB']);
    await writes.commit();
  });

  it('lets no write wait for a commit on a backend of one bar a transaction, one of no bars neither', async () => {
    await queue();
    const eager = new WriteQueue(
      new Proxy(warehouse, {
        get: (target, name) => {
          if (name === 'transactionBars') return 1;
          const value = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),
    );
    await eager.write(bar('AAA', 0));
    expect(await symbols()).toEqual(['AAA']);
  });

  it('undoes the whole transaction of a write that fails, keeps what was committed, and fails what comes after', async () => {
    const writes = await queue();
    await writes.write(bar('AAA'));
    await writes.commit();
    await writes.write(bar('BBB'));
    const failed = writes.write(async (session) => {
      await bar('CCC')(session);
      throw new Error('disk is full');
    });
    const later = writes.write(bar('DDD'));
    await expect(failed).rejects.toThrow('disk is full');
    await expect(later).rejects.toThrow('disk is full');
    await expect(writes.commit()).rejects.toThrow('disk is full');
    expect(await symbols()).toEqual(['AAA']);
  });
});
