import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, root, say } from './build.mjs';

const OLDEST = [20, 19];

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  say(`needs Node.js ${OLDEST.join('.')} or newer; this is ${process.versions.node} (${process.execPath})`);
  process.exit(2);
}

function lockedPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : null;
}

/**
 * Whether node_modules holds what package-lock.json asks for. npm writes node_modules/.package-lock.json last, so that
 * an interrupted install has none. Optional packages are those of other platforms.
 */
function isInstalled() {
  const installed = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
  if (installed === null) return false;
  const locked = lockedPackages(join(root, 'package-lock.json'));
  return Object.entries(locked).every(([path, { version, integrity, optional, devOptional }]) => {
    if (path === '') return true;
    const there = installed[path];
    if (there === undefined) return Boolean(optional || devOptional);
    return there.version === version && there.integrity === integrity;
  });
}

function install() {
  say('installing packages (npm ci)');
  // --include=dev: with NODE_ENV=production or omit=dev set on the machine the compiler would be left out.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const npm = process.env.npm_execpath;
  const { status, error } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (status === 0) return;
  say(`npm ci failed (${error?.message ?? `exit ${status}`}), the reason stands above`);
  process.exit(1);
}

/** Makes a clone ready to run: Node's version, packages, compiled code. Ends the process when one cannot be had. */
export function bootstrap() {
  checkNode();
  if (!isInstalled()) install();
  const status = build();
  if (status === 0) return;
  say(`build failed (exit ${status})`);
  process.exit(1);
}

/**
 * Runs a program file of the clone in this process, as `node FILE ARGS` would: stdio, signals and the exit code are its
 * own, with no parent in between to pass them on.
 */
export async function runFile(file, args) {
  const path = join(root, file);
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path).href);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) bootstrap();
