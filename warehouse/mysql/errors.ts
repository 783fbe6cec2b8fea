import { WarehouseAccessError, WarehouseLostError } from '../errors.js';

/** What mysql2 throws. `code` may be missing: a connection that was killed while it was idle has none. */
interface DriverError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly fatal?: boolean;
  readonly sqlMessage?: string;
}

const DUPLICATE = 1062;
const DEADLOCK = 1213;
export const LOCK_WAIT_TIMEOUT = 1205;
/** Connection errors that say where the mistake lies. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'there is no such host, or no name server answers',
  EHOSTUNREACH: 'the host cannot be reached',
};
/** What the driver says of an encrypted connection that did not come about. */
const TLS: Readonly<Record<string, (reason: string) => string>> = {
  HANDSHAKE_NO_SSL_SUPPORT: () =>
    'the server offers no TLS, and ssl-mode asks for it; nothing was sent to it (ssl-mode=DISABLED would go without)',
  HANDSHAKE_SSL_ERROR: (reason) => `TLS with the server failed, no password was sent: ${reason}`,
};
/** Errors of the server that are the user's to repair. */
const ACCESS: Readonly<Record<number, string>> = {
  1044: 'the user may not use this database',
  1045: 'user or password is wrong, or the user has to come over TLS (ssl-mode)',
  1049: 'the database does not exist; create it (CREATE DATABASE) and grant the user all privileges on it',
  1142: 'the user lacks a privilege',
  1143: 'the user lacks a privilege',
  1227: 'the user lacks a privilege',
  1290: 'the server does not allow it (read-only, or started with an option that forbids it)',
  1836: 'the server is read-only',
  3159: 'the server takes encrypted connections only: ssl-mode=REQUIRED, or VERIFY_CA with ssl-ca',
  1370: 'the user lacks a privilege',
};
/** Not enough room: the statement or the transaction is undone. */
const FULL: ReadonlySet<number> = new Set([1021, 1114, 3675]);

export const isLockTimeout = (error: unknown): boolean =>
  (error as DriverError | undefined)?.errno === LOCK_WAIT_TIMEOUT;

/** True for what a statement throws whose row has the key of another one. */
export const isDuplicate = (error: unknown): boolean =>
  ((error as Error).cause as DriverError | undefined)?.errno === DUPLICATE;

/** True when the connection cannot be used any more. */
export function isFatal(error: unknown): boolean {
  const { fatal, code } = error as DriverError;
  return fatal === true || code === 'PROTOCOL_CONNECTION_LOST' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** One clear line for an error of the driver; errors of our own pass through. */
export function toWarehouseError(error: unknown, url: string): Error {
  const cause = error as DriverError;
  if (!isDriverError(cause)) return cause;
  const say = (what: string): string => `warehouse: ${url}: ${what}`;
  const { code = '', errno = 0, sqlMessage } = cause;
  const told = sqlMessage === undefined ? '' : ` (${sqlMessage})`;
  if (code in UNREACHABLE) return new WarehouseAccessError(say(UNREACHABLE[code]!));
  if (code in TLS) return new WarehouseAccessError(say(TLS[code]!(cause.message)));
  if (errno in ACCESS) return new WarehouseAccessError(say(`${ACCESS[errno]!}${told}`));
  if (FULL.has(errno) || /No space left|errno: 28|error 28/.test(cause.message))
    return new Error(say(`the disk of the server is full${told}; nothing of this transaction was written`));
  if (errno === DEADLOCK || errno === LOCK_WAIT_TIMEOUT)
    return new WarehouseLostError(say(`someone else holds the rows${told}`));
  if (code === 'ECONNREFUSED' || code === 'ETIMEDOUT')
    return new WarehouseLostError(say(`no server answers (${code})`));
  if (isFatal(cause)) return new WarehouseLostError(say(`the connection was lost (${cause.message})`));
  return new Error(say(sqlMessage ?? cause.message));
}

function isDriverError(error: DriverError): boolean {
  return (
    error.sqlMessage !== undefined || error.fatal !== undefined || isFatal(error) || error.errno !== undefined
  );
}
