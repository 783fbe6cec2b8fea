import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built command; `npm test` builds before it runs. */
export const MAIN = fileURLToPath(new URL('../../dist/bin/klinemill.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs the command to its end, or kills it with SIGKILL after `killAfterMs`. */
export async function klinemill(
  args: readonly string[],
  options: { readonly input?: string; readonly killAfterMs?: number } = {},
): Promise<Outcome> {
  const child = start(args);
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (data) => {
    stdout += String(data);
  });
  child.stderr!.on('data', (data) => {
    stderr += String(data);
  });
  // A killed child closes its input early.
  child.stdin!.on('error', () => {});
  child.stdin!.end(options.input ?? '');
  const timer =
    options.killAfterMs === undefined ? null : setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on('close', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
  });
  if (timer !== null) clearTimeout(timer);
  return { code, signal, stdout, stderr };
}

/** A temporary folder, removed by `dispose`. */
export function temporaryFolder(): { readonly path: string; dispose(): void } {
  const path = mkdtempSync(join(tmpdir(), 'klinemill-test-'));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}
