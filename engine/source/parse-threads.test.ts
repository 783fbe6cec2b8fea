import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtFile } from '../../warehouse/index.js';
import type { ParseThread } from './parse-thread.js';
import { withParseThread } from './parse-threads.js';

describe('withParseThread', () => {
  it('hands out one thread again and again, and never one that is in use', async () => {
    const used: ParseThread[] = [];
    const use = async (thread: ParseThread): Promise<void> => void used.push(thread);
    await withParseThread(use);
    await withParseThread(async (thread) => {
      await use(thread);
      await withParseThread(use);
    });
    await expect(withParseThread(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    await withParseThread(use);
    expect(used[1]).toBe(used[0]);
    expect(used[2]).not.toBe(used[1]);
    // The inner one came back first and is the one that was kept.
    expect(used[3]).toBe(used[2]);
  });

  it('keeps no process alive', () => {
    // The thread runs the built program: `npm test` builds first.
    const program = `
      const started = performance.now();
      process.on('exit', () => console.log(performance.now() - started < 9_000 ? 'at once' : 'late'));
      const { withParseThread } = await import(${JSON.stringify(builtFile('engine/source/parse-threads.js'))});
      await withParseThread(async (thread) => {
        const chunks = thread.open('no such file').klines({ durationMs: 1, gridOffset: 0, now: 0 });
        await chunks[Symbol.asyncIterator]().next().catch((error) => console.log(error.message));
      });`;
    const file = join(mkdtempSync(join(tmpdir(), 'klinemill-threads-')), 'program.mjs');
    writeFileSync(file, program);
    const { stdout, status } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 60_000 });
    rmSync(dirname(file), { recursive: true });
    expect(stdout).toMatch(/there is no file.*\nat once/);
    expect(status).toBe(0);
  });
});
