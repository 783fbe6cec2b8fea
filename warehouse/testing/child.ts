import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOM = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Runs a module that may import this room's files as `./warehouse/...js` in a process of its own, and waits for its first
 * output. Node 20 runs no TypeScript, so the room is transpiled into `folder`.
 */
export async function startChild(folder: string, source: string): Promise<ChildProcess> {
  transpile(ROOM, join(folder, 'warehouse'));
  symlinkSync(join(ROOM, '..', 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'main.js'), source);
  const child = spawn(process.execPath, [join(folder, 'main.js')], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr!.on('data', (data) => {
    errors += data;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout!.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`child: exit ${code}: ${errors}`)));
  });
  return child;
}

/** Ends a process as a crash would, and waits until it is gone. */
export async function killChild(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

function transpile(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) transpile(join(from, entry.name), join(to, entry.name));
    else if (entry.name.endsWith('.ts') && !/\.(test|case)\.ts$/.test(entry.name)) {
      const { outputText } = ts.transpileModule(readFileSync(join(from, entry.name), 'utf8'), {
        compilerOptions,
      });
      writeFileSync(join(to, entry.name.replace(/\.ts$/, '.js')), outputText);
    }
  }
}
