import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../test/support/cli.js';
import { walkColumns } from '../test/support/market.js';
import { csvOf } from '../test/support/market-files.js';
import { checksumLines, newWarehouse } from '../test/support/warehouse.js';
import { loadFiles } from './load.js';
import { recompute } from './recompute.js';
import { verify } from './verify.js';

const NOW = Date.UTC(2026, 0, 1);
const folder = temporaryFolder();
afterAll(() => folder.dispose());

function file(name: string, from: number, to: number): string {
  const path = join(folder.path, `${name}.csv`);
  writeFileSync(path, csvOf(walkColumns({ seed: 5, rows: 1_500, durationMs: 3_600_000 }), from, to));
  return path;
}

it('plans anew when others have written bars of a partition since it was planned', async () => {
  const reference = await newWarehouse(folder.path, 'reference');
  await loadFiles(reference, [file('BTCUSDT-1h-whole', 0, 1_500)], { now: NOW });
  await recompute(reference, { threads: 0 });
  const truth = await checksumLines(reference);
  await reference.close();

  const store = await newWarehouse(folder.path, 'moved');
  await loadFiles(store, [file('BTCUSDT-1h-first', 0, 1_200)], { now: NOW });
  const startRun = store.startRun.bind(store);
  let times = 0;
  // Between the plan and its first write.
  store.startRun = async (kind, detail, at) => {
    if (kind === 'recompute' && ++times === 1)
      await loadFiles(store, [file('BTCUSDT-1h-second', 1_200, 1_500)], { now: NOW });
    return startRun(kind, detail, at);
  };
  const { bars } = await recompute(store, { threads: 0 });
  expect(bars).toBe(1_500);
  expect(await checksumLines(store)).toEqual(truth);
  expect((await verify(store, { threads: 0 })).stale).toEqual([]);
  await store.close();
});
