import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { loadFiles, recompute, warehouseCatalog } from '../../engine/index.js';
import { openWarehouse, type Warehouse } from '../../warehouse/index.js';
import { ROOT } from '../cli-process.js';
import { shippedStrategies } from './strategies.js';

/** A server of a test's own, which may be killed and filled. */
export interface OwnServer {
  readonly url: string;
  readonly folder: string;
  /** Starts it (again, on the same data). */
  up(): Promise<void>;
  down(): Promise<void>;
}

/** @param args more options for the server */
export async function ownServer(folder: string, args = ''): Promise<OwnServer> {
  const port = await freePort();
  const env = {
    ...process.env,
    KLINEMILL_SERVICES_DIR: folder,
    KLINEMILL_MYSQL_PORT: String(port),
    KLINEMILL_MYSQL_ARGS: args,
  };
  const services = (action: string): Promise<void> =>
    new Promise((done, failed) => {
      const child = spawn('bash', [join(ROOT, 'scripts/services.sh'), action, 'mysql'], {
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (piece) => {
        said += piece;
      });
      child.on('exit', (code) => (code === 0 ? done() : failed(new Error(said))));
    });
  return {
    folder,
    url: `mysql://klinemill:klinemill@127.0.0.1:${port}/klinemill`,
    up: () => services('up'),
    down: () => services('down'),
  };
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

export function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}
