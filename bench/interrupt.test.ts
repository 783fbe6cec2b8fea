import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ROOT } from './paths.js';

const program = join(ROOT, 'dist', 'bench', 'run.js');

describe.skipIf(!existsSync(program))('a run that is interrupted (needs a build)', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'leaves nothing behind after %s',
    async (signal, code) => {
      const folder = mkdtempSync(join(tmpdir(), 'klinemill-interrupt-'));
      const child = spawn(process.execPath, [program, '--quick', '--filter', 'duckdb-write'], {
        env: { ...process.env, TMPDIR: folder },
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      // Under way: its folder holds the file that a process of its own writes.
      const isWriting = (): boolean => readdirSync(folder, { recursive: true }).length > 1;
      while (child.exitCode === null && !isWriting()) await setTimeout(20);
      expect(isWriting()).toBe(true);
      child.kill(signal);
      expect(await ended).toEqual([code, null]);
      expect(readdirSync(folder)).toEqual([]);
      rmSync(folder, { recursive: true });
    },
    60_000,
  );
});
