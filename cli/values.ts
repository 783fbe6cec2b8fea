import { InvalidArgumentError } from 'commander';
import { INTERVAL_NAMES, isSymbol, SYMBOL_FORM } from '../engine/index.js';

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** A point in time: ISO date or date-time (UTC unless it names an offset), or epoch milliseconds. @returns epoch ms */
export function parseTime(text: string): number {
  // A bare year would pass as two seconds after the epoch.
  if (/^-?\d{1,15}$/.test(text) && !/^\d{4}$/.test(text)) return Number(text);
  const match = ISO.exec(text);
  if (match !== null) {
    const [, date, time, zone] = match as unknown as [string, string, string | undefined, string | undefined];
    const day = Date.parse(`${date}T00:00:00Z`);
    const at = Date.parse(`${date}T${time ?? '00:00'}${zone ?? 'Z'}`);
    // Date.parse moves February 30 on to March: the date must survive the way back.
    if (!Number.isNaN(at) && new Date(day).toISOString().startsWith(date)) return at;
  }
  throw new InvalidArgumentError(
    'It is no time: an ISO date (2024-01-31, 2024-01-31T12:00, UTC) or epoch milliseconds.',
  );
}

/** A whole number of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < min)
      throw new InvalidArgumentError(`It is no whole number of at least ${min}.`);
    return value;
  };
}

/** A share: above 0 and at most 1. */
export function parseShare(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+(e-?\d+)?$/i.test(text) && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('It is no number above 0 and at most 1.');
}

/** `256MB`, `1.5GiB`: what DuckDB understands. */
export function parseMemoryLimit(text: string): string {
  if (/^\d+(\.\d+)?\s*([KMGT]i?)?B$/i.test(text)) return text;
  throw new InvalidArgumentError('It is no size: a number and B, KB, MB, GB, TB, KiB, MiB, GiB or TiB.');
}

/** A TCP port; 0: any that is free. */
export function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It is no port: 0 to 65535, 0 for any.');
}

/** What can name a topic, with room for the suffix of its dead letters. */
export function parseTopic(text: string): string {
  if (/^[\w.-]{1,245}$/.test(text) && text !== '.' && text !== '..') return text;
  throw new InvalidArgumentError('It is no topic: 1 to 245 letters, digits, dots, _ and -.');
}

/** Symbols with commas between them, blanks around them dropped. */
export function parseSymbols(text: string): string[] {
  const symbols = text.split(',').map((one) => one.trim());
  const wrong = symbols.find((one) => !isSymbol(one));
  if (wrong === undefined) return symbols;
  throw new InvalidArgumentError(`'${wrong}' is no symbol: ${SYMBOL_FORM}.`);
}

/** An interval of SPEC 2. */
export function parseInterval(text: string): string {
  if (INTERVAL_NAMES.includes(text)) return text;
  throw new InvalidArgumentError(`It is not one of ${INTERVAL_NAMES.join(', ')}.`);
}
