import { loadFiles, recompute, warehouseCatalog } from '../../engine/index.js';
import { openWarehouse, type Warehouse } from '../../warehouse/index.js';
import { shippedStrategies } from './strategies.js';

/** An empty warehouse with the shipped strategies. */
export async function withStrategies(url: string): Promise<void> {
  await (await loadedWarehouse(url, [])).close();
}

/** A warehouse with these files loaded and the shipped strategies, nothing computed. */
export async function loadedWarehouse(
  url: string,
  files: readonly string[],
  note?: (line: string) => void,
): Promise<Warehouse> {
  const warehouse = await openWarehouse(url, note === undefined ? {} : { note });
  await warehouse.migrate(warehouseCatalog());
  for (const { document, contentHash } of shippedStrategies())
    await warehouse.importStrategy(document, contentHash, 0);
  await loadFiles(warehouse, files, { now: Date.UTC(2100, 0, 1) });
  return warehouse;
}

/** Computes in small chunks on this thread, so that a fault has many moments to fall on. */
export function computeAll(warehouse: Warehouse, onBars?: () => unknown, force = false) {
  return recompute(warehouse, { threads: 0, chunkRows: 500, force, onBars: () => void onBars?.() });
}
