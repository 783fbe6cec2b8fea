import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { WarehouseAccessError } from '../errors.js';

/** How to reach a database, as mysql2 takes it. */
export interface MySqlTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly ssl?: {
    readonly rejectUnauthorized: boolean;
    readonly verifyIdentity: boolean;
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
  };
}

const MODES = ['DISABLED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'];
const FILES = ['ssl-ca', 'ssl-cert', 'ssl-key'];

/**
 * Reads `mysql://user:password@host:port/database`, with the options of MySQL's own clients for TLS: `?ssl-mode=DISABLED`
 * (the default), `REQUIRED`, `VERIFY_CA` or `VERIFY_IDENTITY`, `&ssl-ca=FILE&ssl-cert=FILE&ssl-key=FILE`.
 *
 * @throws WarehouseAccessError that names the part that is wrong, never the password
 */
export function parseUrl(text: string): MySqlTarget {
  const shown = withoutAnyPassword(text);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new WarehouseAccessError(`warehouse: '${shown}' is not mysql://user:password@host:port/database`);
  }
  const database = decode(url.pathname.slice(1), shown);
  // An @ that follows the authority is a password's, written as it is: 'sec/ret@host'.
  const isWhole = url.hostname !== '' && database !== '' && !/[/@]/.test(url.pathname.slice(1));
  // Options behind a # would be passed over, and the connection not encrypted.
  if (!isWhole || url.hash !== '')
    throw new WarehouseAccessError(`warehouse: '${shown}' is not mysql://user:password@host:port/database`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const ssl = tlsOf(url.searchParams, shown);
  // The driver would compare the certificate with 'localhost' instead.
  if (ssl?.verifyIdentity === true && isIP(host) !== 0)
    throw new WarehouseAccessError(
      `warehouse: ssl-mode VERIFY_IDENTITY compares the certificate with a host name, and '${host}' is an address; use the name, or VERIFY_CA`,
    );
  return {
    host,
    port: url.port === '' ? 3306 : Number(url.port),
    user: decode(url.username, shown),
    password: decode(url.password, shown),
    database,
    ...(ssl ? { ssl } : {}),
  };
}

/** The url with its password struck out: what may be shown. */
export const withoutPassword = (url: string): string =>
  // Up to the last @ of the authority: a password that was not encoded may hold one.
  url.replace(/^([^:]*:\/\/[^:@/?#]*):[^/?#]*@/, '$1:***@');

/** The same of a text that may be no url: from the first colon after the user up to the last @, and without options. */
export const withoutAnyPassword = (text: string): string =>
  text.replace(/^([^:]*:\/*[^:@/?#]*):.*@/s, '$1:***@').replace(/\?.*$/s, '');

function decode(part: string, shown: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new WarehouseAccessError(`warehouse: '${shown}' holds a % that is not followed by two hex digits`);
  }
}

function tlsOf(options: URLSearchParams, shown: string): MySqlTarget['ssl'] | null {
  for (const name of options.keys()) {
    if (name !== 'ssl-mode' && !FILES.includes(name))
      throw new WarehouseAccessError(
        `warehouse: option '${name}' of '${shown}' is not one of ${['ssl-mode', ...FILES].join(', ')}`,
      );
    if (options.getAll(name).length > 1)
      throw new WarehouseAccessError(`warehouse: option '${name}' of '${shown}' stands more than once`);
  }
  const mode = options.get('ssl-mode') ?? 'DISABLED';
  if (!MODES.includes(mode))
    throw new WarehouseAccessError(`warehouse: ssl-mode '${mode}' is not one of ${MODES.join(', ')}`);
  if (mode === 'DISABLED') {
    const file = FILES.find((name) => options.has(name));
    if (file === undefined) return null;
    throw new WarehouseAccessError(
      `warehouse: ${file} needs ssl-mode REQUIRED, VERIFY_CA or VERIFY_IDENTITY`,
    );
  }
  if (options.has('ssl-cert') !== options.has('ssl-key'))
    throw new WarehouseAccessError('warehouse: ssl-cert and ssl-key need each other');
  const read = (name: string): Buffer | undefined => {
    const path = options.get(name);
    if (path === null) return undefined;
    try {
      return readFileSync(path);
    } catch {
      throw new WarehouseAccessError(`warehouse: ${name} '${path}' cannot be read`);
    }
  };
  const [ca, cert, key] = FILES.map(read);
  // What is no certificate is passed over in silence, and then no server is trusted.
  if (ca?.includes('-----BEGIN CERTIFICATE-----') === false)
    throw new WarehouseAccessError(`warehouse: ssl-ca '${options.get('ssl-ca')}' holds no certificate (PEM)`);
  const files = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  try {
    createSecureContext(files);
  } catch (error) {
    throw new WarehouseAccessError(
      `warehouse: ${FILES.filter((name) => options.has(name)).join(', ')} cannot be used: ${(error as Error).message}`,
    );
  }
  return { rejectUnauthorized: mode !== 'REQUIRED', verifyIdentity: mode === 'VERIFY_IDENTITY', ...files };
}
