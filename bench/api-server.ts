import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ApiReply, ApiRequest } from './api-child.js';
import type { BenchContext } from './case.js';
import { SERIES } from './corpus.js';
import { runJob } from './run-job.js';
import { seriesTemplate } from './template.js';

/** A server in a process of its own. */
export interface ApiServer {
  readonly url: string;
  memory(): Promise<{ readonly bytes: number; readonly peakBytes: number }>;
  end(): Promise<void>;
}

const HOURLY = [SERIES.btc1h, SERIES.eth1h, SERIES.bnb1h, SERIES.xrp1h, SERIES.walk1h];
export const SYMBOLS = HOURLY.map(({ symbol }) => symbol);

/** A DuckDB file of eight years of five symbols by the hour, with every fact of both strategies. */
export function hourlyWarehouse(context: BenchContext): Promise<{ file: string; bars: number }> {
  return context.once('hourly warehouse', async () => {
    const { file, bars } = await seriesTemplate(context, HOURLY);
    await runJob('recomputeFile', { file, threads: 1 });
    return { file, bars };
  });
}

/** Starts a server process; it ends with `end` or with this one. */
export async function startApi(request: ApiRequest): Promise<ApiServer> {
  const child = fork(fileURLToPath(new URL('./api-child.js', import.meta.url)), [], {
    serialization: 'advanced',
  });
  const { url } = await ask(child, request);
  return {
    url: url!,
    memory: async () => {
      const { bytes, peakBytes } = await ask(child, { serve: 'memory' });
      return { bytes: bytes!, peakBytes: peakBytes! };
    },
    end: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

/** What `ready` makes of a server that was just started; when that fails the server ends, which would keep this process alive. */
export async function readyApi<T>(request: ApiRequest, ready: (server: ApiServer) => Promise<T>): Promise<T> {
  const server = await startApi(request);
  try {
    return await ready(server);
  } catch (error) {
    await server.end();
    throw error;
  }
}

async function ask(child: ChildProcess, request: ApiRequest): Promise<ApiReply> {
  // Whichever comes first, the listener for the other must go: a child is asked often.
  const over = new AbortController();
  const { signal } = over;
  const answered = once(child, 'message', { signal });
  const ended = once(child, 'exit', { signal }).then(([code]) =>
    Promise.reject(new Error(`bench: the server ended with ${code}`)),
  );
  child.send(request);
  try {
    const [reply] = (await Promise.race([answered, ended])) as [ApiReply];
    return reply;
  } finally {
    over.abort();
  }
}
