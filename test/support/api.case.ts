import { enginePort } from '../../cli/engine-port.js';
import { loadSources, MINING_DEFAULTS, mine, recompute, syntheticSources } from '../../engine/index.js';
import { type Limits, type Running, startServer } from '../../server/index.js';
import type { Warehouse } from '../../warehouse/index.js';
import { newWarehouse } from './warehouse.js';

export const TOKEN = 'token-of-the-test';

/** A server over a small made-up market, with every fact computed and patterns mined. */
export interface TestApi {
  readonly warehouse: Warehouse;
  readonly url: string;
  readonly lines: string[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

export async function startApi(
  folder: string,
  name: string,
  options: {
    readonly token?: string | null;
    readonly limits?: Partial<Limits>;
    readonly dashboard?: string;
  } = {},
): Promise<TestApi> {
  const warehouse = await newWarehouse(folder, name);
  const sources = syntheticSources({ hours: 3000 });
  await loadSources(warehouse, sources, { now: Date.UTC(2030, 0, 1) });
  await recompute(warehouse, { threads: 0 });
  await mine(warehouse, warehouse, { ...MINING_DEFAULTS, threads: 0 });
  const lines: string[] = [];
  const running: Running = await startServer(
    {
      warehouse,
      engine: enginePort({ warehouse, scanned: warehouse, follow: async () => {}, threads: 0 }),
      version: '0.0.0-test',
      token: options.token === undefined ? TOKEN : options.token,
      dashboard: options.dashboard ?? null,
      hosts: ['localhost', '127.0.0.1'],
      limits: { generationMs: 0, ...options.limits },
      log: (line) => lines.push(line),
    },
    { host: '127.0.0.1', port: 0 },
  );
  return {
    warehouse,
    url: running.url,
    lines,
    get: (path, headers = {}) => fetch(`${running.url}${path}`, { headers }),
    close: async () => {
      await running.close();
      await warehouse.close();
    },
  };
}
