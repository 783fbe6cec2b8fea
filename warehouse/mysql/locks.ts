import { createHash } from 'node:crypto';
import { WarehouseHeldError } from '../errors.js';
import { text } from '../store/sql.js';
import type { PartitionKey } from '../warehouse.js';
import type { MySqlStore } from './store.js';

/** A killed writer's connection lives on for a moment. */
const PARTITION_WAIT_S = 2;
const SHARED_WAIT_S = 60;

/** Locks by name belong to a server, not to a database: the name says of which it is. They go with their connection. */
function lockName(database: string, what: string): string {
  const hash = createHash('sha256').update(`${database}\0${what}`).digest('hex');
  return text(`klinemill:${hash.slice(0, 40)}`);
}

/**
 * Makes this connection the only writer of a partition until `releaseLocks`.
 *
 * @throws WarehouseHeldError that names the holder
 */
export async function lockPartition(
  store: MySqlStore,
  database: string,
  { symbol, interval }: PartitionKey,
): Promise<void> {
  const name = lockName(database, `partition\0${symbol}\0${interval}`);
  if (await isTaken(store, name, PARTITION_WAIT_S)) return;
  const [holder] = await store.rows<{ id: number | null }>(`SELECT is_used_lock(${name}) AS id`);
  // It was let go this very moment.
  if (holder!.id === null && (await isTaken(store, name, PARTITION_WAIT_S))) return;
  throw new WarehouseHeldError(
    `${symbol} ${interval} in ${store.url}`,
    await describe(store, holder!.id),
    'a partition has one writer at a time',
  );
}

/** Runs `task` while no other connection is in a task of the same name. */
export async function withLock<T>(
  store: MySqlStore,
  database: string,
  what: string,
  task: () => Promise<T>,
): Promise<T> {
  const name = lockName(database, what);
  if (!(await isTaken(store, name, SHARED_WAIT_S))) {
    const [holder] = await store.rows<{ id: number | null }>(`SELECT is_used_lock(${name}) AS id`);
    throw new WarehouseHeldError(store.url, await describe(store, holder!.id), `it holds the lock '${what}'`);
  }
  try {
    return await task();
  } finally {
    if (!store.isBroken) await store.rows(`SELECT release_lock(${name})`).catch(() => store.destroy());
  }
}

export async function releaseLocks(store: MySqlStore): Promise<void> {
  await store.rows('SELECT release_all_locks()');
}

async function isTaken(store: MySqlStore, name: string, seconds: number): Promise<boolean> {
  const [found] = await store.rows<{ taken: number | null }>(`SELECT get_lock(${name}, ${seconds}) AS taken`);
  return found!.taken === 1;
}

/** `connection 17 (klinemill@10.0.0.4:53312, process 4711)`: as much as the server tells this user. */
async function describe(store: MySqlStore, id: number | null): Promise<string> {
  if (id === null) return 'another connection';
  const quietly = <Row>(sql: string): Promise<Row[]> => store.rows<Row>(sql).catch(() => []);
  const [client] = await quietly<{ name: string }>(
    `SELECT concat(user, '@', host) AS name FROM information_schema.processlist WHERE id = ${id}`,
  );
  const [attribute] = await quietly<{ pid: string }>(
    `SELECT attr_value AS pid FROM performance_schema.session_account_connect_attrs
     WHERE processlist_id = ${id} AND attr_name = '_pid'`,
  );
  const known = [client?.name, attribute && `process ${attribute.pid}`].filter((part) => part);
  return known.length === 0 ? `connection ${id}` : `connection ${id} (${known.join(', ')})`;
}
