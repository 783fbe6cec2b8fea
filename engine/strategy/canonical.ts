import { createHash } from 'node:crypto';
import type { StrategyDocument } from '../../warehouse/index.js';

/** SHA-256, hex, of the canonical form: JSON without blanks, keys of every mapping in code unit order. */
export function contentHash(document: StrategyDocument): string {
  return createHash('sha256').update(canonical(document)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`;
}
