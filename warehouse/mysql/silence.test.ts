import { connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WarehouseHeldError } from '../errors.js';
import { NO_MYSQL, type TestServer, testServer } from '../testing/mysql.js';
import { MySqlDatabase } from './database.js';
import { lockPartition } from './locks.js';

// Locks of who says nothing (set KLINEMILL_TEST_MYSQL; npm run test:services does).

const KEY = { symbol: 'BTCUSDT', interval: '1h' };

describe.skipIf(NO_MYSQL)('a connection that is silent', () => {
  const databases: MySqlDatabase[] = [];
  let server: TestServer;
  let url: string;

  beforeAll(async () => {
    server = await testServer();
    url = await server.createDatabase();
  });

  afterAll(async () => {
    for (const database of databases) database.close();
    await server.dropAll();
    await server.end();
  });

  async function open(at: string, silenceS: number): Promise<MySqlDatabase> {
    const database = await MySqlDatabase.open(at, () => undefined, { silenceS });
    databases.push(database);
    return database;
  }

  const lock = async (database: MySqlDatabase): Promise<void> => {
    const store = await database.take();
    await lockPartition(store, database.name, KEY);
  };

  it('keeps its lock while its client lives, however little that asks', async () => {
    const database = await open(url, 2);
    const store = await database.begin();
    await lockPartition(store, database.name, KEY);
    await sleep(7_000);
    expect(await store.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await expect(lock(database)).rejects.toBeInstanceOf(WarehouseHeldError);
    database.close();
  });

  it('is ended by the server when its network was cut, and its lock goes', async () => {
    const network = await cuttable(url);
    await lock(await open(network.url, 8));
    const other = await open(url, 600);
    await expect(lock(other)).rejects.toBeInstanceOf(WarehouseHeldError);
    network.cut();
    const begin = Date.now();
    // It has said that it lives up to 2 seconds ago; each try waits for 2 seconds.
    await expect.poll(() => lock(other).then(() => 'taken', String), { timeout: 40_000 }).toBe('taken');
    expect(Date.now() - begin).toBeGreaterThan(3_000);
    network.end();
  });
});

/** A way to a server on which, once it is cut, nothing comes through any more: no end of the connection either. */
async function cuttable(to: string): Promise<{ url: string; cut(): void; end(): void }> {
  const { hostname, port } = new URL(to);
  let isCut = false;
  const upstreams = new Set<ReturnType<typeof connect>>();
  const proxy: Server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    upstreams.add(upstream);
    client.on('data', (data) => isCut || upstream.write(data)).on('error', () => undefined);
    upstream.on('data', (data) => isCut || client.write(data)).on('error', () => undefined);
    client.on('close', () => isCut || upstream.destroy());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  const { port: own } = proxy.address() as { port: number };
  return {
    url: Object.assign(new URL(to), { port: String(own) }).href,
    cut() {
      isCut = true;
    },
    end() {
      for (const upstream of upstreams) upstream.destroy();
      proxy.close();
    },
  };
}
