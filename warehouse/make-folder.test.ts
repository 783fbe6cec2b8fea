import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder } from './make-folder.js';

const top = mkdtempSync(join(tmpdir(), 'klinemill-folder-'));
afterAll(() => rmSync(top, { recursive: true }));

describe('makeFolder', () => {
  it('makes every folder that is missing, and is safe to repeat', () => {
    const deep = join(top, 'a', 'b', 'c');
    makeFolder(deep);
    makeFolder(deep);
    expect(existsSync(deep)).toBe(true);
  });

  it('fails below a file, and on one', () => {
    writeFileSync(join(top, 'file'), '');
    expect(() => makeFolder(join(top, 'file'))).toThrow('EEXIST');
    expect(() => makeFolder(join(top, 'file', 'x'))).toThrow('ENOTDIR');
  });

  it.runIf(process.platform === 'linux')('fails at once where nothing can be made', () => {
    expect(() => makeFolder('/proc/klinemill/deep')).toThrow('ENOENT');
  });
});
