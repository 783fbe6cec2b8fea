import { UserError } from '../engine/index.js';
import type { StrategyRecord, Warehouse } from '../warehouse/index.js';

/** `name` or `name@version`. */
interface StrategyName {
  readonly name: string;
  readonly version: number | null;
}

/** @throws UserError when the part after @ is no version */
function parseStrategyName(text: string): StrategyName {
  const match = /^([^@]+)(?:@(\d+))?$/.exec(text);
  if (match === null) throw new UserError(`strategy: '${text}' is not NAME or NAME@VERSION`);
  return { name: match[1]!, version: match[2] === undefined ? null : Number(match[2]) };
}

/**
 * The stored strategy of that name: its newest version unless one is named.
 *
 * @throws UserError that names what there is
 */
export async function findStrategy(warehouse: Warehouse, text: string): Promise<StrategyRecord> {
  const { name, version } = parseStrategyName(text);
  const records = await warehouse.strategies();
  const versions = records.filter(({ document }) => document.strategy === name);
  if (versions.length === 0) {
    const names = [...new Set(records.map(({ document }) => document.strategy))].sort();
    throw new UserError(`strategy: there is no '${name}'; known are ${names.join(', ') || 'none'}`);
  }
  const found = versions.find((record) => (version === null ? record.isNewest : record.version === version));
  if (found === undefined)
    throw new UserError(
      `strategy: '${name}' has no version ${version}; it has ${versions.map((record) => record.version).join(', ')}`,
    );
  return found;
}
