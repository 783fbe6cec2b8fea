import pino, { type Logger } from 'pino';

/** Secrets that settings carry, wherever they turn up. */
const SECRET = ['password', 'sasl', 'authorization', 'token', 'secret'];

/** JSON lines on stderr (stdout is data); secrets are blanked. Level by KLINEMILL_LOG_LEVEL. */
export function createLog(): Logger {
  return pino(
    {
      name: 'klinemill',
      level: process.env.KLINEMILL_LOG_LEVEL ?? 'info',
      redact: { paths: SECRET.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '***' },
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
