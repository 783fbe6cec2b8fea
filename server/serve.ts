import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerDeps } from './deps.js';

export interface ServeOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** A server that answers. */
export interface Running {
  /** http://HOST:PORT */
  readonly url: string;
  /** Takes nothing new, lets answers that are under way end for a moment, and stops a running job, which rolls back. */
  close(): Promise<void>;
}

/** What is under way when the server is told to end may take this long. */
const GRACE_MS = 5000;

/** Starts to listen. @throws Error when the address cannot be had */
export async function startServer(deps: ServerDeps, { host, port }: ServeOptions): Promise<Running> {
  // Loaded here: whoever only names a type or a schema of the server needs no HTTP.
  const [{ createAdaptorServer }, { createApp }] = await Promise.all([
    import('@hono/node-server'),
    import('./app.js'),
  ]);
  const { fetch, services } = createApp(deps);
  const server = createAdaptorServer({
    fetch,
    serverOptions: {
      maxHeaderSize: 16 * 1024,
      // A client that sends a head or a body drop by drop is cut off.
      headersTimeout: 10_000,
      requestTimeout: 20_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 2_000,
    },
  }) as Server;
  server.maxConnections = 512;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port: bound } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${name}:${bound}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const ended = services.jobs.end();
      server.closeIdleConnections();
      // Event streams never end by themselves.
      const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(timer);
      await ended;
      // Callers who left do not end what was begun for them, and the warehouse must not be closed under it.
      const { requests, computing, downloads } = services;
      await Promise.all([requests.end(), computing.end(), downloads.end()]);
      await services.samples.close();
    },
  };
}
