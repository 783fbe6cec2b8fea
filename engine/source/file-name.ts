import { basename } from 'node:path';
import { UserError } from '../errors.js';
import { INTERVAL_NAMES } from '../interval.js';
import { isSymbol, SYMBOL_FORM } from '../symbol.js';

/** A partition's name, as a file name or the user gives it. */
export interface SourcePartition {
  readonly symbol: string;
  readonly interval: string;
}

/**
 * Symbol and interval of a kline file: `SYMBOL-INTERVAL-...` or `SYMBOL-INTERVAL.csv` (SPEC 2: the symbol is all before
 * the first `-`, venue prefix and `_PERP` kept), unless given.
 *
 * @throws UserError when the name does not say what is not given, or says something that is not allowed
 */
export function partitionOf(
  path: string,
  given: { readonly symbol?: string | undefined; readonly interval?: string | undefined },
): SourcePartition {
  const name = path === '-' ? '-' : basename(path);
  const match = /^([^-]+)-([^-.]+)(?:[-.]|$)/.exec(name);
  const symbol = given.symbol ?? match?.[1];
  const interval = given.interval ?? match?.[2];
  if (symbol === undefined || interval === undefined)
    throw new UserError(
      `load: the name '${name}' does not say symbol and interval (SYMBOL-INTERVAL-...); name it so or give --symbol and --interval`,
    );
  checkSymbol(symbol);
  checkInterval(interval, name);
  return { symbol, interval };
}

function checkSymbol(symbol: string): void {
  if (!isSymbol(symbol)) throw new UserError(`load: symbol '${symbol}' is not ${SYMBOL_FORM}`);
}

function checkInterval(interval: string, name: string): void {
  if (INTERVAL_NAMES.includes(interval)) return;
  const allowed = `one of ${INTERVAL_NAMES.join(', ')}`;
  if (interval === '1M' || interval === '1mo')
    throw new UserError(
      `load: '${name}' holds months (${interval}), which have no fixed duration; an interval is ${allowed}`,
    );
  throw new UserError(`load: interval '${interval}' of '${name}' is not ${allowed}`);
}
