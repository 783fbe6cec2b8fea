import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
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

interface Server {
  readonly admin: Connection;
}

/** Ends every connection to a warehouse's database, as a server's admin. */
export async function killConnections({ admin }: Server, url: string): Promise<void> {
  const [rows] = await admin.query('SELECT id FROM information_schema.processlist WHERE db = ?', [
    databaseOf(url),
  ]);
  for (const { id } of rows as { id: number }[]) await admin.query(`KILL ${id}`).catch(() => undefined);
}

/** Waits until a connection to a warehouse's database is at a statement that begins so; its id. */
export async function statementUnderWay({ admin }: Server, url: string, beginning: string): Promise<number> {
  for (let i = 0; i < 3_000; i++) {
    const [rows] = await admin.query(
      'SELECT id FROM information_schema.processlist WHERE db = ? AND info LIKE ?',
      [databaseOf(url), `${beginning}%`],
    );
    const [found] = rows as { id: number }[];
    if (found !== undefined) return found.id;
    await sleep(10);
  }
  throw new Error(`nobody came to '${beginning}'`);
}

/** As a crash of the server; it starts again on its data a moment later. @returns when it stands again */
export function killAndRestart(own: { readonly folder: string; up(): Promise<void> }): Promise<void> {
  process.kill(Number(readFileSync(join(own.folder, 'mysql.pid'), 'utf8')), 'SIGKILL');
  return sleep(300).then(() => own.up());
}

const databaseOf = (url: string): string => new URL(url).pathname.slice(1);
