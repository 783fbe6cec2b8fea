import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const SERVICES = fileURLToPath(new URL('../../scripts/services.sh', import.meta.url));

/** A server of a test's own, which may be killed, filled, and set up in ways that would disturb other tests. */
export interface OwnServer {
  readonly url: string;
  readonly folder: string;
  /** Starts it (again, on the same data). */
  up(): Promise<void>;
  down(): Promise<void>;
}

/** @param args more options for the server */
export async function ownServer(folder: string, args = ''): Promise<OwnServer> {
  const port = await freePort();
  const env = {
    ...process.env,
    KLINEMILL_SERVICES_DIR: folder,
    KLINEMILL_MYSQL_PORT: String(port),
    KLINEMILL_MYSQL_ARGS: args,
  };
  const services = (action: string): Promise<void> =>
    new Promise((done, failed) => {
      const child = spawn('bash', [SERVICES, action, 'mysql'], {
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (piece) => {
        said += piece;
      });
      child.on('exit', (code) => (code === 0 ? done() : failed(new Error(said))));
    });
  return {
    folder,
    url: `mysql://klinemill:klinemill@127.0.0.1:${port}/klinemill`,
    up: () => services('up'),
    down: () => services('down'),
  };
}

/**
 * A port that nothing listens on, below those that the system gives to outgoing connections: one of those could take it
 * before the server of the test does.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const isFree = await new Promise<boolean>((done) => {
      const probe = createServer().once('error', () => done(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
    });
    if (isFree) return port;
  }
}
