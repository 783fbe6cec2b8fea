import { type SpawnOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The top of the clone. */
export const ROOT = resolve(import.meta.dirname, '..');
/** The compiled program; `npm test` builds it first. */
export const MAIN = join(ROOT, 'dist/bin/klinemill.js');
/** Real klines, where the machine has them. */
export const KLINES = resolve(ROOT, '../shared/klines');
export const HAS_KLINES = existsSync(KLINES);

/** Settings with which nothing is fetched: nobody listens on the discard port. */
export const OFFLINE = { KLINEMILL_DUMP_URL: 'http://127.0.0.1:9', KLINEMILL_REST_URL: 'http://127.0.0.1:9' };

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes for standard input; none: it is closed. */
  readonly input?: string | Uint8Array;
}

/** Starts the command line in a process of its own, without the caller's KLINEMILL_ variables. */
export function spawnCli(args: readonly string[], options: RunOptions & Pick<SpawnOptions, 'stdio'> = {}) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('KLINEMILL_')),
  );
  return spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...env, ...options.env },
    stdio: options.stdio ?? ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs the command line to its end. */
export function cli(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = spawnCli(args, options);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout!.on('data', (piece: Buffer) => out.push(piece));
  child.stderr!.on('data', (piece: Buffer) => err.push(piece));
  child.stdin!.on('error', () => {});
  child.stdin!.end(options.input ?? '');
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) =>
      done({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}
