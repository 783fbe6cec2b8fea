import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { Registry } from 'prom-client';
import { UserError } from '../../engine/index.js';

/** What /readyz says. */
export interface Readiness {
  isReady: boolean;
}

/** Routes that tell an orchestrator how the process is, and Prometheus what it did. */
export function healthApp(registry: Registry, readiness: Readiness): Hono {
  const app = new Hono();
  app.get('/livez', (c) => c.text('ok\n'));
  app.get('/readyz', (c) => (readiness.isReady ? c.text('ready\n') : c.text('not ready\n', 503)));
  app.get('/metrics', async (c) =>
    c.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  );
  return app;
}

/** A server that listens. @throws Error that names the option when it cannot, as when the port is taken */
export async function serveHealth(
  app: Hono,
  host: string,
  port: number,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message, code }: NodeJS.ErrnoException) =>
      reject(
        code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
          ? new UserError(`stream: --health-host '${host}' is no address of this machine`)
          : new Error(`stream: --health-port ${port}: ${message}`),
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // A scraper keeps its connection open.
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
