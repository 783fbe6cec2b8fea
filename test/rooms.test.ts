import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A small house in which every import is allowed. */
const HOUSE: Record<string, string> = {
  'node_modules/apache-arrow/package.json':
    '{ "name": "apache-arrow", "version": "1.0.0", "main": "index.js" }',
  'node_modules/apache-arrow/index.js': 'exports.a = 1;',
  'kernels/index.ts': "export { k } from './k.js';\n",
  'kernels/k.ts': 'export type K = number;\nexport const k: K = 1;\n',
  'kernels/k.test.ts': "import 'node:fs';\nimport '../warehouse/deep.js';\nimport './k.js';\n",
  'warehouse/index.ts': "export { w } from './deep.js';\n",
  'warehouse/deep.ts':
    "import 'node:fs';\nimport 'apache-arrow';\nexport type W = number;\nexport const w: W = 1;\n",
  'engine/index.ts': "import 'node:os';\nimport '../kernels/index.js';\nimport '../warehouse/index.js';\n",
  'server/index.ts': "import '../warehouse/index.js';\n",
  'cli/main.ts':
    "import '../engine/index.js';\nimport '../kernels/index.js';\nimport '../server/index.js';\n",
  'bench/run.ts': "import '../engine/index.js';\nimport '../test/reference/twin.js';\n",
  'test/reference/twin.ts': "import '../../kernels/index.js';\n",
};

/** One breach each: [rule, file, its text]. */
const PLANTS: [string, string, string][] = [
  ['kernels-import-only-kernels', 'kernels/a.ts', "import 'node:fs';\n"],
  ['kernels-import-only-kernels', 'kernels/b.ts', "import 'apache-arrow';\n"],
  ['kernels-import-only-kernels', 'kernels/c.ts', "import '../warehouse/index.js';\n"],
  ['kernels-import-only-kernels', 'kernels/d.ts', "export const a = () => import('../engine/index.js');\n"],
  ['warehouse-is-a-leaf', 'warehouse/a.ts', "import '../kernels/index.js';\n"],
  ['warehouse-is-a-leaf', 'warehouse/b.ts', "export { e } from '../engine/index.js';\n"],
  ['warehouse-is-a-leaf', 'warehouse/c.ts', "import '../server/index.js';\n"],
  ['warehouse-is-a-leaf', 'warehouse/d.ts', "import '../cli/main.js';\n"],
  ['engine-imports-kernels-and-warehouse', 'engine/a.ts', "import '../server/index.js';\n"],
  ['engine-imports-kernels-and-warehouse', 'engine/b.ts', "import '../cli/main.js';\n"],
  ['server-imports-warehouse', 'server/a.ts', "import '../kernels/index.js';\n"],
  ['server-imports-warehouse', 'server/b.ts', "import '../engine/index.js';\n"],
  ['cli-composes-the-product', 'cli/a.ts', "import '../test/reference/twin.js';\n"],
  // Types only, in both spellings: they vanish when compiled, and tie rooms together all the same.
  ['no-way-past-a-door', 'engine/c.ts', "import type { K } from '../kernels/k.js';\nexport type A = K;\n"],
  ['no-way-past-a-door', 'engine/d.ts', "export type A = import('../warehouse/deep.js').W;\n"],
  ['no-way-past-a-door', 'server/c.ts', "import { w } from '../warehouse/deep.js';\nexport const a = w;\n"],
  ['no-way-past-a-door', 'bench/a.ts', "import '../kernels/k.js';\n"],
  ['no-import-of-a-test', 'kernels/e.ts', "import './k.test.js';\n"],
  ['no-cycle', 'engine/e.ts', "import type { F } from './f.js';\nexport type E = F;\n"],
  ['resolvable', 'engine/g.ts', "import './nowhere.js';\n"],
];

function house(extra: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'klinemill-rooms-'));
  folders.push(folder);
  for (const [path, text] of Object.entries({ ...HOUSE, ...extra })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function check(folder: string, nodeArgs: string[] = []) {
  const run = spawnSync(process.execPath, [...nodeArgs, join(root, 'scripts/rooms.mjs'), folder], {
    encoding: 'utf8',
  });
  return { status: run.status, lines: run.stderr.trim().split('\n') };
}

describe('rooms and doors', () => {
  it('lets every import pass that the house allows', () => {
    expect(check(house())).toEqual({ status: 0, lines: ['rooms: ok'] });
  });

  describe('every planted breach is named, and nothing else', () => {
    const extra = Object.fromEntries(PLANTS.map(([, path, text]) => [path, text]));
    extra['engine/f.ts'] = "import type { E } from './e.js';\nexport type F = E;\n";
    const { status, lines } = check(house(extra));

    it('turns red', () => expect(status).toBe(1));

    it.each(PLANTS)('%s: %s', (rule, path) => {
      const named = lines.filter((line) => line.includes(` ${path} ->`)).map((line) => line.split(':')[0]);
      expect(named).toEqual([rule]);
    });

    it('names no other file', () => {
      const planted = new Set([...PLANTS.map(([, path]) => path), 'engine/f.ts']);
      const others = lines.slice(0, -1).filter((line) => !planted.has(line.split(/[ :]+/)[1]!));
      expect(others).toEqual([]);
    });
  });

  it('turns red when TypeScript is not parsed', () => {
    const folder = house();
    const blind = join(folder, 'blind.cjs');
    writeFileSync(
      blind,
      `const Module = require('node:module');
       const resolve = Module._resolveFilename;
       Module._resolveFilename = function (name, ...rest) {
         if (name.startsWith('typescript')) throw new Error('no typescript');
         return resolve.call(this, name, ...rest);
       };`,
    );
    const { status, lines } = check(folder, ['--require', blind]);
    expect(status).toBe(1);
    const files = Object.keys(HOUSE).filter((path) => path.endsWith('.ts'));
    expect(lines.filter((line) => line.startsWith('seen: '))).toHaveLength(files.length);
  });

  it('turns red when there is nothing to see', () => {
    const folder = mkdtempSync(join(tmpdir(), 'klinemill-rooms-'));
    folders.push(folder);
    const { status, lines } = check(folder);
    expect(status).toBe(1);
    expect(lines[0]).toMatch(/^seen: no \.ts file/);
  });
});
