import pino, { type Logger } from 'pino';
import { UserError } from '../../engine/index.js';

/** Secrets that settings carry, wherever they turn up. */
const SECRET = ['password', 'sasl', 'authorization', 'token', 'secret'];

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/**
 * JSON lines on stderr (stdout is data); secrets are blanked. Level by KLINEMILL_LOG_LEVEL.
 *
 * @throws UserError for a level that there is not
 */
export function createLog(): Logger {
  const { KLINEMILL_LOG_LEVEL: level = 'info' } = process.env;
  if (!LEVELS.includes(level))
    throw new UserError(`KLINEMILL_LOG_LEVEL: '${level}' is not one of ${LEVELS.join(', ')}`);
  return pino(
    {
      name: 'klinemill',
      level,
      redact: { paths: SECRET.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '***' },
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
