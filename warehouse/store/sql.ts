/**
 * SQL that both backends understand: MySQL's sessions run with ANSI_QUOTES and NO_BACKSLASH_ESCAPES, so identifiers and
 * texts are written alike.
 */

/** A value of a row as JavaScript sees it: whole numbers as numbers, unknown as null. */
export type Cell = string | number | boolean | null | Uint8Array;

/** An identifier. */
export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text literal. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** A whole number or a text as a literal. */
export const wholeOrText = (value: number | string): string =>
  typeof value === 'number' ? whole(value) : text(value);

/** A whole number as a literal: times, ids, counts. */
export function whole(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error(`warehouse: ${value} is not a whole number`);
  return String(value);
}
