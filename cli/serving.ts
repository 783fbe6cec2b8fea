import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startServer } from '../server/index.js';
import type { Warehouse } from '../warehouse/index.js';
import { enginePort } from './engine-port.js';
import { withFollower } from './following.js';
import { announceServer } from './held.js';
import { onSuddenEnd, untilInterrupted } from './interruption.js';
import { note } from './output.js';
import { packageVersion } from './package-version.js';
import type { ReplicaOptions } from './replicas.js';

export interface ServingOptions extends ReplicaOptions {
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly threads: number;
}

/** What stands when the server listens. */
export interface Serving {
  readonly url: string;
  /** True: a token was given. */
  readonly writes: boolean;
}

/**
 * Serves a warehouse until a signal comes. What is no DuckDB file is read through its replica, which follows it meanwhile.
 *
 * @param onListening told when requests are taken
 */
export function serveUntilInterrupted(
  warehouse: Warehouse,
  options: ServingOptions,
  onListening: (serving: Serving) => Promise<void>,
): Promise<void> {
  return withFollower(warehouse, options, async (scanned, follow) => {
    const { host, port, token, threads } = options;
    const running = await startServer(
      {
        warehouse: scanned,
        engine: enginePort({ warehouse, scanned, follow, threads }),
        version: packageVersion(),
        token: token ?? null,
        dashboard: dashboardFolder(),
        hosts: isLoopback(host) ? ['localhost', '127.0.0.1', '[::1]'] : null,
        log: note,
      },
      { host, port },
    );
    const serving: Serving = { url: running.url, writes: token !== undefined };
    // Beside every file that this process holds: the warehouse, its replica.
    const urls = new Set([warehouse.url, scanned.url]);
    const withdrawals = Array.from(urls, (url) => announceServer(url, serving));
    const withdraw = (): void => {
      for (const takeBack of withdrawals) takeBack();
    };
    const release = onSuddenEnd(withdraw);
    try {
      await onListening(serving);
      await untilInterrupted(aborted);
      await running.close();
    } finally {
      withdraw();
      release();
    }
  });
}

/** Resolves when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

/** Where `npm run build` puts the dashboard; null before it. */
function dashboardFolder(): string | null {
  const top = import.meta.url.endsWith('.ts') ? '../dist/web/' : '../web/';
  const folder = fileURLToPath(new URL(top, import.meta.url));
  return existsSync(folder) ? folder : null;
}
