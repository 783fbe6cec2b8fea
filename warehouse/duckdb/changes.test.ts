import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/cli.js';
import { newWarehouse } from '../../test/support/warehouse.js';
import { PartitionMovedError, type Warehouse } from '../index.js';

// Sessions of one process that change the same partitions: the other backend has the server's locks for that.

const BTC = { symbol: 'BTCUSDT', interval: '1h' };
const ETH = { symbol: 'ETHUSDT', interval: '1h' };
const CHANGE = { runId: 1, fromTime: 1, toTime: 2, added: 1, revised: 0 };
const folder = temporaryFolder();
const open: Warehouse[] = [];
afterAll(async () => {
  for (const warehouse of open) await warehouse.close();
  folder.dispose();
});

async function make(): Promise<Warehouse> {
  const warehouse = await newWarehouse(folder.path, `changes-${open.length}`);
  open.push(warehouse);
  return warehouse;
}

const seqs = async (warehouse: Warehouse): Promise<number[]> =>
  (await warehouse.klineChanges(0)).map(({ seq }) => seq);

it('of two that change a partition the first to commit stands, whoever took its number first', async () => {
  const warehouse = await make();
  const early = await warehouse.begin();
  const late = await warehouse.begin();
  const first = await early.recordKlineChange({ ...BTC, ...CHANGE });
  const second = await late.recordKlineChange({ ...BTC, ...CHANGE });
  expect(second).toBeGreaterThan(first);
  await late.commit();
  await expect(early.commit()).rejects.toThrow(PartitionMovedError);
  await early.rollback();
  expect(await seqs(warehouse)).toEqual([second]);
  const after = await warehouse.begin();
  expect(await after.movedSince([{ ...BTC, seq: first }])).toHaveLength(1);
  expect(await after.movedSince([{ ...BTC, seq: second }])).toEqual([]);
  await after.rollback();
});

it('a partition that was changed between a session’s beginning and its own change is not changed by it', async () => {
  const warehouse = await make();
  const session = await warehouse.begin();
  expect(await session.movedSince([{ ...BTC, seq: 0 }])).toEqual([]);
  const other = await warehouse.begin();
  const change = await other.recordKlineChange({ ...BTC, ...CHANGE });
  await other.commit();
  await session.recordKlineChange({ ...ETH, ...CHANGE });
  await session.recordKlineChange({ ...BTC, ...CHANGE });
  await expect(session.commit()).rejects.toThrow('others have changed BTCUSDT 1h');
  await session.rollback();
  expect(await seqs(warehouse)).toEqual([change]);
});

it('changes of different partitions do not hinder each other', async () => {
  const warehouse = await make();
  const [btc, eth] = [await warehouse.begin(), await warehouse.begin()];
  await btc.recordKlineChange({ ...BTC, ...CHANGE });
  await eth.recordKlineChange({ ...ETH, ...CHANGE });
  await eth.commit();
  await btc.commit();
  expect(await seqs(warehouse)).toHaveLength(2);
});

it('a change stays known while the directory is read anew', async () => {
  const warehouse = await make();
  const session = await warehouse.begin();
  await session.recordKlineChange({ ...BTC, ...CHANGE });
  await session.commit();
  let isOver = false;
  const mirroring = async (): Promise<void> => {
    for (let run = 100; run < 130; run++) {
      const copy = await warehouse.begin();
      const row = { kind: 'load', started_at: 1, finished_at: 2, status: 'DONE', detail: '' };
      await copy.appendRows('run', [{ run_id: run, ...row }]);
      await copy.commit();
    }
    isOver = true;
  };
  const mirrored = mirroring();
  const looker = await warehouse.begin();
  let looks = 0;
  while (!isOver) {
    expect(await looker.movedSince([{ ...BTC, seq: 0 }])).toHaveLength(1);
    looks++;
    await new Promise(setImmediate);
  }
  await mirrored;
  expect(looks).toBeGreaterThan(10);
  await looker.rollback();
});
