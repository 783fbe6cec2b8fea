import { loadFile, recompute, warehouseCatalog } from '../../engine/index.js';
import { openWarehouse } from '../../warehouse/index.js';
import { benchStrategies } from '../strategies.js';

const NOW = Date.UTC(2030, 0, 1);

export interface MySqlLoadArgs {
  readonly url: string;
  readonly path: string;
  readonly symbol: string;
  readonly interval: string;
  readonly isRevising?: boolean;
}

/** Makes an empty database a warehouse with klines and strategies, and nothing computed. */
export async function loadMySql(args: MySqlLoadArgs): Promise<{ rows: number }> {
  const { url, path, symbol, interval, isRevising: revise = false } = args;
  const warehouse = await openWarehouse(url);
  await warehouse.migrate(warehouseCatalog());
  const { added } = await loadFile(warehouse, path, { symbol, interval, revise, now: NOW });
  for (const { document, contentHash } of benchStrategies())
    await warehouse.importStrategy(document, contentHash, NOW);
  await warehouse.close();
  return { rows: added };
}

/** Recomputes what is stale; the clock covers the pool started and ended and the connection closed. */
export async function recomputeMySql({
  url,
  threads,
}: {
  readonly url: string;
  readonly threads: number;
}): Promise<{ elapsedMs: number; bars: number }> {
  const warehouse = await openWarehouse(url);
  const start = performance.now();
  const { bars } = await recompute(warehouse, { threads });
  await warehouse.close();
  return { elapsedMs: performance.now() - start, bars };
}
