import { ProblemError } from './problem-error.js';

export type Key = readonly (string | number | null)[];

/** A key as text: which order it belongs to, and the values. */
export function encodeCursor(sort: string, key: Key): string {
  return Buffer.from(JSON.stringify([sort, ...key])).toString('base64url');
}

/** @throws ProblemError when it is no cursor of this order */
export function decodeCursor(cursor: string, sort: string, length: number): Key {
  const invalid = (): ProblemError =>
    new ProblemError('invalid-cursor', 'the cursor is not one of this list and order', {
      parameter: 'cursor',
    });
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw invalid();
  }
  if (!Array.isArray(parts) || parts.length !== length + 1 || parts[0] !== sort) throw invalid();
  const key = parts.slice(1) as unknown[];
  const isPlain = (part: unknown): part is string | number | null =>
    part === null || typeof part === 'string' || (typeof part === 'number' && Number.isFinite(part));
  if (!key.every(isPlain)) throw invalid();
  return key;
}
