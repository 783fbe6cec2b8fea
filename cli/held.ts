import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { WarehouseHeldError } from '../warehouse/index.js';

/** What a server writes beside the file that it holds. */
interface Announcement {
  readonly pid: number;
  readonly url: string;
  /** It has a token. */
  readonly writes: boolean;
}

/** Route that does what a command does. */
const ROUTES: Readonly<Record<string, string>> = {
  recompute: 'POST /v1/jobs/recompute',
  mine: 'POST /v1/jobs/mine',
  report: 'GET /v1/performance',
  explain: 'GET /v1/predictions/{prediction_id}/explain',
  status: 'GET /v1/status',
  gaps: 'GET /v1/gaps',
  check: 'GET /v1/checks',
  runs: 'GET /v1/runs',
  export: 'GET /v1/klines and its kin',
  'strategy list': 'GET /v1/strategies',
  'strategy show': 'GET /v1/strategies/{strategy}',
  'strategy export': 'GET /v1/strategies/{strategy}',
  'strategy import': 'POST /v1/strategies',
};

const fileOf = (warehouse: string): string | null => {
  const path = /^duckdb:(.+)$/.exec(warehouse)?.[1];
  return path === undefined || path === ':memory:' ? null : `${path}.serve.json`;
};

/**
 * Leaves word of a server beside its warehouse, for commands that find the file held.
 *
 * @returns takes it back
 */
export function announceServer(warehouse: string, { url, writes }: Omit<Announcement, 'pid'>): () => void {
  const file = fileOf(warehouse);
  if (file === null) return () => {};
  const announcement: Announcement = { pid: process.pid, url, writes };
  writeFileSync(file, `${JSON.stringify(announcement)}\n`);
  return () => rmSync(file, { force: true });
}

/**
 * One line for a command that found the file held: when a server holds it, the route that does the same.
 *
 * @param args of the command line
 */
export function heldLine(error: WarehouseHeldError, args: readonly string[]): string {
  const server = announced(error);
  if (server === null) return error.message;
  const words = args.filter((arg) => !arg.startsWith('-'));
  const route = ROUTES[words.slice(0, 2).join(' ')] ?? ROUTES[words[0] ?? ''];
  const without = server.writes || !route?.startsWith('POST') ? '' : ', once it is started with a token';
  const instead =
    route === undefined
      ? 'no route does the same: stop it first'
      : `${route} of ${server.url} does the same${without}`;
  return `warehouse: ${error.url} is held by klinemill serve (process ${server.pid}); ${instead}`;
}

/** The server that holds the file; null: somebody else does, or a server of before was killed. */
function announced({ url, holderPid }: WarehouseHeldError): Announcement | null {
  const file = fileOf(url);
  if (file === null) return null;
  try {
    const announcement = JSON.parse(readFileSync(file, 'utf8')) as Announcement;
    return announcement.pid === holderPid ? announcement : null;
  } catch {
    return null;
  }
}
