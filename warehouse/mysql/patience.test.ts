import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WarehouseGoneError } from '../errors.js';
import { NO_MYSQL } from '../testing/mysql.js';
import { type OwnServer, ownServer } from '../testing/own-server.js';
import { MySqlDatabase } from './database.js';

// A server that goes away under work that can be begun again (set KLINEMILL_TEST_MYSQL; npm run test:services does).

describe.skipIf(NO_MYSQL)('a server that is away', () => {
  const folder = mkdtempSync(join(tmpdir(), 'klinemill-patience-'));
  const one = (database: MySqlDatabase) =>
    database.use(async (store) => (await store.rows<{ one: number }>('SELECT 1 AS one'))[0]!.one);
  let server: OwnServer;

  beforeAll(async () => {
    server = await ownServer(folder);
    await server.up();
  });

  afterAll(async () => {
    await server.down();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is waited for, which is told once, and then given up with one line', async () => {
    const notes: string[] = [];
    const database = await MySqlDatabase.open(server.url, (line) => notes.push(line), {
      patienceMs: 5_000,
    });
    try {
      expect(await one(database)).toBe(1);
      await server.down();
      const failure = await one(database).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(WarehouseGoneError);
      expect((failure as Error).message).toMatch(/^warehouse: mysql:.*; waited \d+ s for it to come back$/);
      expect(notes).toEqual([expect.stringMatching(/^warehouse: mysql:.*; waiting up to 5 s for it$/)]);
      await server.up();
      expect(await one(database)).toBe(1);
    } finally {
      await server.up();
      database.close();
    }
  });

  it('is not waited for any longer once the signal has come', async () => {
    const stop = new AbortController();
    const database = await MySqlDatabase.open(server.url, () => undefined, { signal: stop.signal });
    try {
      await server.down();
      const waiting = one(database).catch((error: unknown) => error);
      await sleep(3_000);
      const begin = Date.now();
      stop.abort();
      expect(await waiting).toBeInstanceOf(WarehouseGoneError);
      expect(await one(database).catch((error: unknown) => error)).toBeInstanceOf(WarehouseGoneError);
      expect(Date.now() - begin).toBeLessThan(5_000);
    } finally {
      database.close();
    }
  });
});
