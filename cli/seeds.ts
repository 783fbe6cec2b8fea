import { readdirSync, readFileSync } from 'node:fs';
import type { Warehouse } from '../warehouse/index.js';
import { importDocuments } from './import-documents.js';

// The build copies it beside the compiled warehouse, so the same path serves both.
const FOLDER = new URL('../warehouse/seed/strategies/', import.meta.url);

/** Texts of the shipped strategies by name: a file is named like the strategy in it. */
export function shippedStrategies(): ReadonlyMap<string, string> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
  return new Map(
    files.sort().map((file) => [file.replace(/\.yaml$/, ''), readFileSync(new URL(file, FOLDER), 'utf8')]),
  );
}

/**
 * Imports shipped strategies whose names are not in the warehouse. A name that is there is left alone, whatever it holds:
 * it may be the user's.
 *
 * @returns what was imported, as `name@version`
 */
export async function seedStrategies(warehouse: Warehouse): Promise<string[]> {
  const known = new Set((await warehouse.strategies()).map(({ document }) => document.strategy));
  const missing = new Map([...shippedStrategies()].filter(([name]) => !known.has(name)));
  const imported = await importDocuments(warehouse, missing);
  return imported.map(({ strategy, version }) => `${strategy}@${version}`);
}
