import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/cli.js';
import { walkColumns } from '../../test/support/market.js';
import { newWarehouse } from '../../test/support/warehouse.js';
import { openWarehouse, type Warehouse, WarehouseFailedError } from '../../warehouse/index.js';
import { verify } from '../verify.js';
import { currentVersions } from '../versions.js';
import { LoadedPartitions } from './context.js';
import { StreamCore } from './core.js';
import type { StreamMessage } from './dead-letter.js';
import { GroupCommit } from './group.js';
import { klineMessage } from './kline-message.js';

// A commit without memory leaves DuckDB damaged: it was tried again and again, until a checkpoint found columns of unequal length.

const NOW = Date.UTC(2040, 0, 1);
const ROWS = 9_000;
const folder = temporaryFolder();
afterAll(() => folder.dispose());

const columns = walkColumns({ seed: 1, rows: ROWS, durationMs: 900_000 });
const messages: StreamMessage[] = Array.from({ length: ROWS }, (_, offset) => ({
  partition: 0,
  offset,
  timestamp: 0,
  key: Buffer.from('BTCUSDT|15m'),
  value: Buffer.from(klineMessage(columns, offset)),
}));

/** Takes the messages in. @returns how it ended, and what was tried again */
async function take(warehouse: Warehouse) {
  const runId = await warehouse.startRun('stream', '', NOW);
  const loaded = new LoadedPartitions();
  const core = new StreamCore(
    { warehouse, versions: currentVersions(), runId, now: () => NOW, loaded },
    { topic: 't', rules: { symbols: null, revise: false }, bury: async () => {}, observer: {}, outbox: null },
  );
  const tries: string[] = [];
  const failures: Error[] = [];
  const group = new GroupCommit(core, {
    transactionMessages: ROWS,
    retry: (what, error) => tries.push(`${what}: ${error.message}`),
    waiting: () => {},
    flowing: () => {},
    failed: (error) => failures.push(error),
    fenced: () => expect.fail('fenced'),
    renewed: async () => {},
  });
  const outcome = await group.submit({ partition: 0, messages, from: null, next: ROWS }, () => true);
  await group.stop();
  return { outcome, tries, failures };
}

it('a DuckDB whose commit lacked memory is not used any more, and is whole when it is opened anew', {
  timeout: 60_000,
}, async () => {
  const made = await newWarehouse(folder.path, 'broken');
  const { url } = made;
  await made.close();
  const small = await openWarehouse(url, { threads: 1, memoryLimit: '16MB' });
  const { outcome, tries, failures } = await take(small);
  expect({ outcome, tries }).toEqual({ outcome: 'left', tries: [] });
  const line =
    /^warehouse: duckdb:.*broken\.duckdb cannot be used any more by this process, what was committed is safe: TransactionContext Error: Failed to commit: .*; start again, with more than --memory-limit 16MB/;
  expect(failures[0]).toBeInstanceOf(WarehouseFailedError);
  expect(failures[0]!.message).toMatch(line);
  // Neither for reading nor for writing.
  await expect(small.partitions()).rejects.toThrow(line);
  await expect(small.begin()).rejects.toThrow(line);
  await expect(small.streamOffsets('t')).rejects.toThrow(line);
  await small.close();

  const again = await openWarehouse(url);
  expect(await again.partitions()).toEqual([]);
  expect(await take(again)).toMatchObject({ outcome: 'taken', failures: [] });
  const { problems } = await verify(again, { threads: 0 });
  expect(problems).toEqual([]);
  await again.close();
});
