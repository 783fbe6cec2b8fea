import { type Connection, createConnection } from 'mysql2';
import { toWarehouseError } from './errors.js';
import type { MySqlTarget } from './url.js';

/** What the server lets us do. */
export interface ServerLimits {
  /** LOAD DATA LOCAL is allowed. */
  readonly isLocal: boolean;
  /** The longest packet, in bytes. */
  readonly packetBytes: number;
}

/**
 * What every session of ours agrees on, whatever the server's defaults are: UTF-8, UTC, standard quoting, errors instead of
 * silent repairs, and each statement sees what is committed. Foreign keys guard against others: ours come from the
 * dimensions' rows, so checking them a row would only cost.
 */
const SESSION = [
  'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
  `SET time_zone = '+00:00', foreign_key_checks = 0, group_concat_max_len = 1048576,
     sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'`,
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens a connection and sets it up.
 *
 * @param silenceS the server ends a connection that has said nothing for as long
 * @throws WarehouseAccessError, WarehouseLostError: one line that names the mistake
 */
export async function connect(target: MySqlTarget, url: string, silenceS: number): Promise<Connection> {
  const connection = createConnection({
    ...target,
    charset: 'UTF8MB4_BIN',
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Whole numbers up to 2^53 come as numbers, decimals and dates as text; none is guessed at.
    supportBigNumbers: false,
    dateStrings: true,
    timezone: 'Z',
    multipleStatements: false,
    // Statements hold literals, so hardly one comes twice.
    maxPreparedStatements: 8,
    connectAttributes: { program_name: 'klinemill' },
  });
  // A connection that dies while it is idle says so here; who uses it next sees it too.
  connection.on('error', () => undefined);
  try {
    await new Promise<void>((resolve, reject) =>
      connection.connect((error) => (error ? reject(error) : resolve())),
    );
    for (const sql of [...SESSION, `SET SESSION wait_timeout = ${silenceS}`])
      await new Promise<void>((resolve, reject) =>
        connection.query(sql, (error) => (error ? reject(error) : resolve())),
      );
    return connection;
  } catch (error) {
    connection.destroy();
    throw toWarehouseError(error, url);
  }
}
