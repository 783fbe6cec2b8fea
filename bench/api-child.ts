import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { type EnginePort, RefusedError, startServer } from '../server/index.js';
import { openWarehouse } from '../warehouse/index.js';

/** What a server process is asked for: once what to serve, then what its memory did since the last time. */
export type ApiRequest =
  | { readonly serve: 'warehouse'; readonly file: string }
  | { readonly serve: 'bytes'; readonly bytes: Uint8Array; readonly type: string }
  | { readonly serve: 'memory' };

export interface ApiReply {
  readonly url?: string;
  /** Resident memory now, and at most since the last question. */
  readonly bytes?: number;
  readonly peakBytes?: number;
}

let peakBytes = 0;
setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 5).unref();

const refuse = async (): Promise<never> => {
  throw new RefusedError('this server starts no job');
};
const NO_ENGINE: EnginePort = {
  recompute: refuse,
  mine: refuse,
  importStrategy: refuse,
  explain: refuse,
  stages: refuse,
  checks: refuse,
};

async function serveWarehouse(file: string): Promise<string> {
  const warehouse = await openWarehouse(`duckdb:${file}`, { readOnly: true });
  const { url } = await startServer(
    {
      warehouse,
      engine: NO_ENGINE,
      version: 'bench',
      token: null,
      dashboard: null,
      hosts: ['127.0.0.1'],
      log: (line) => process.stderr.write(`${line}\n`),
    },
    { host: '127.0.0.1', port: 0 },
  );
  return url;
}

/** The least that Hono does for the same bytes. */
function serveBytes(bytes: Uint8Array, type: string): Promise<string> {
  const body = new Uint8Array(bytes);
  const app = new Hono().get('*', () => new Response(body, { headers: { 'Content-Type': type } }));
  const server = createAdaptorServer({ fetch: app.fetch });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

async function answer(request: ApiRequest): Promise<ApiReply> {
  if (request.serve === 'memory') {
    const bytes = process.memoryUsage.rss();
    const reply = { bytes, peakBytes: Math.max(peakBytes, bytes) };
    peakBytes = bytes;
    return reply;
  }
  return {
    url:
      request.serve === 'warehouse'
        ? await serveWarehouse(request.file)
        : await serveBytes(request.bytes, request.type),
  };
}

process.on('message', async (request: ApiRequest) => process.send!(await answer(request)));
// The parent has ended: nothing is written here that could be lost.
process.on('disconnect', () => process.exit());
