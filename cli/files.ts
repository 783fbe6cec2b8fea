import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../engine/index.js';
import { onSuddenEnd } from './interruption.js';

/**
 * Lets `work` write a file under a passing name beside `path` and renames it when it is whole: whoever looks at `path`
 * sees the old file or the new one, and after an error nothing is left behind.
 *
 * @throws UserError when the folder is missing, or `path` is a folder
 */
export async function replaceFile<T>(path: string, work: (passing: string) => Promise<T>): Promise<T> {
  const file = resolve(path);
  await checkTarget(path, file);
  const passing = join(
    dirname(file),
    `.${basename(file)}.${process.pid}-${randomBytes(4).toString('hex')}.part`,
  );
  const release = onSuddenEnd(() => rmSync(passing, { force: true }));
  try {
    const result = await work(passing);
    await rename(passing, file);
    return result;
  } catch (error) {
    await rm(passing, { force: true });
    throw error;
  } finally {
    release();
  }
}

/** Writes a small file as a whole. */
export function writeWhole(path: string, text: string): Promise<void> {
  return replaceFile(path, (passing) => writeFile(passing, text));
}

async function checkTarget(path: string, file: string): Promise<void> {
  const folder = await stat(dirname(file)).catch(() => null);
  if (folder?.isDirectory() !== true) throw new UserError(`--out: the folder of '${path}' does not exist`);
  const there = await stat(file).catch(() => null);
  if (there?.isDirectory() === true) throw new UserError(`--out: '${path}' is a folder; a file is needed`);
}
