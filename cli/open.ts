import { existsSync } from 'node:fs';
import { UserError, warehouseCatalog } from '../engine/index.js';
import { openWarehouse, type Warehouse } from '../warehouse/index.js';
import type { CommonOptions } from './command.js';
import { note } from './output.js';
import { seedStrategies } from './seeds.js';

/** What `prepare` did. */
export interface Prepared {
  readonly version: number;
  readonly applied: readonly string[];
  readonly seeded: readonly string[];
}

/**
 * Runs `work` on a warehouse that exists, and cannot be changed by it.
 *
 * @throws UserError when there is none, instead of making an empty one
 */
export async function withReader<T>(
  options: CommonOptions,
  work: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  checkExists(options.warehouse);
  return using(await open(options, true), work);
}

/**
 * Runs `work` on a warehouse that exists, brought up to date: for commands that store what they find in it.
 *
 * @throws UserError when there is none, instead of making an empty one
 */
export async function withFinder<T>(
  options: CommonOptions,
  work: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  checkExists(options.warehouse);
  return withWriter(options, work);
}

/** Runs `work` on a warehouse that is made when it does not exist, and brought up to date. */
export async function withWriter<T>(
  options: CommonOptions,
  work: (warehouse: Warehouse, prepared: Prepared) => Promise<T>,
): Promise<T> {
  return using(await open(options, false), async (warehouse) => work(warehouse, await prepare(warehouse)));
}

/**
 * The same for commands that load, or write a few rows at a time, and do nothing else: the cores belong to the making and the
 * writing of rows.
 *
 * @param signal ends the waiting for a server that is away
 */
export async function withLoader<T>(
  { warehouse, memoryLimit }: CommonOptions,
  work: (warehouse: Warehouse) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const settings = { memoryLimit, threads: 1, note, ...(signal === undefined ? {} : { signal }) };
  return using(await openWarehouse(warehouse, settings), async (opened) => {
    await prepare(opened);
    return work(opened);
  });
}

function open({ warehouse, memoryLimit }: CommonOptions, readOnly: boolean): Promise<Warehouse> {
  return openWarehouse(warehouse, { memoryLimit, readOnly, note });
}

/** Runs `work` on a warehouse that mirrors another one: made and migrated, with no strategies of its own. */
export async function withMirror<T>(
  url: string,
  memoryLimit: string,
  work: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  return using(await openWarehouse(url, { memoryLimit, note }), async (warehouse) => {
    await warehouse.migrate(warehouseCatalog());
    return work(warehouse);
  });
}

async function prepare(warehouse: Warehouse): Promise<Prepared> {
  const { version, applied } = await warehouse.migrate(warehouseCatalog());
  if (applied.length > 0) note(`${warehouse.url} brought to schema ${version}`);
  const seeded = await seedStrategies(warehouse);
  if (seeded.length > 0) note(`imported the shipped strategies ${seeded.join(', ')}`);
  return { version, applied, seeded };
}

async function using<T>(warehouse: Warehouse, work: (warehouse: Warehouse) => Promise<T>): Promise<T> {
  try {
    return await work(warehouse);
  } finally {
    await warehouse.close();
  }
}

/** @throws UserError when there is no such file; a server says so itself */
function checkExists(url: string): void {
  const path = /^duckdb:(.+)$/.exec(url)?.[1];
  if (path === undefined || existsSync(path)) return;
  throw new UserError(
    `warehouse: ${url} does not exist yet; load klines first (klinemill load FILES) or run klinemill start`,
  );
}
