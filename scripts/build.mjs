import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone's top folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The command line as it is run: scripts/bundle.mjs makes it of what the compiler wrote. */
export const PROGRAM = 'dist/bin/klinemill.js';

const dist = join(root, 'dist');
const BUNDLER = 'scripts/bundle.mjs';
const stampFile = join(dist, '.stamp');
/** What the compiled program reads beside its own code. */
const ASSET = /\.(yaml|sql)$/;
const UNBUILT = /\.(test|case)\.ts$/;
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'peers', 'golden']);
/** The dashboard: Vite's, not the compiler's. */
const WEB = 'server/web';
const webDist = join(dist, 'web');
const webStampFile = join(webDist, '.stamp');

/** Progress and errors go to stderr: stdout belongs to the program that runs afterwards. */
export function say(line) {
  process.stderr.write(`klinemill: ${line}\n`);
}

/** Files under `folder` in a stable order, as paths relative to the clone with forward slashes. */
export function filesUnder(folder, top = root) {
  if (!existsSync(join(top, folder))) return [];
  const found = [];
  const entries = readdirSync(join(top, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${folder}/${entry.name}`;
    if (!entry.isDirectory()) found.push(path);
    else if (!SKIPPED_FOLDERS.has(entry.name)) found.push(...filesUnder(path, top));
  }
  return found;
}

function sources() {
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.build.json'), 'utf8'));
  return include
    .flatMap((folder) => filesUnder(folder))
    .filter((path) => !path.startsWith(`${WEB}/`))
    .filter((path) => (path.endsWith('.ts') && !UNBUILT.test(path)) || ASSET.test(path));
}

/** All that Vite reads: how it is set up is a source too. */
function webSources() {
  return filesUnder(WEB).filter((path) => !UNBUILT.test(path));
}

/**
 * Changes whenever a source appears, goes, or says something else; the lock is in it because types come from packages. By content, since a
 * copy or a checkout has times of its own.
 */
function stampOf(paths) {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0]);
  const settings = ['tsconfig.json', 'tsconfig.build.json', BUNDLER, 'package-lock.json'];
  for (const path of [...paths, ...settings]) {
    const content = readFileSync(join(root, path));
    hash.update(`${path} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/** `vite build` empties its folder first, the stamp included, so a build that failed has none. */
function buildWeb(force) {
  const stamp = stampOf(webSources());
  if (!force && existsSync(webStampFile) && readFileSync(webStampFile, 'utf8') === stamp) return 0;
  say('building the dashboard');
  rmSync(webStampFile, { force: true });
  const args = ['build', '--config', join(WEB, 'vite.config.ts'), '--logLevel', 'warn'];
  const status = run('node_modules/vite/bin/vite.js', args);
  if (status !== 0) return status;
  writeFileSync(webStampFile, stamp);
  return 0;
}

/** A renamed source must not leave its old output behind: folders of migrations and kernels are listed at run time. */
function removeOrphans() {
  for (const path of filesUnder('dist').filter((path) => !/^dist\/(web|bin)\//.test(path))) {
    const source = relative('dist', path).split(sep).join('/');
    const isOwn = source.startsWith('.') || existsSync(join(root, source));
    if (!isOwn && !existsSync(join(root, source.replace(/\.js(\.map)?$/, '.ts')))) rmSync(join(root, path));
  }
}

function copyAssets(paths) {
  for (const path of paths.filter((path) => ASSET.test(path))) {
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    copyFileSync(join(root, path), join(dist, path));
  }
}

/** Runs a program file of the clone; its output goes to stderr. @returns its exit code */
function run(path, args) {
  const { status } = spawnSync(process.execPath, [join(root, path), ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  return status ?? 1;
}

/**
 * Compiles the rooms into dist (incremental), copies what they read, bundles the command line into dist/bin and the dashboard
 * into dist/web. Does nothing when no source changed since the last build that succeeded.
 *
 * @returns exit code of the compiler or the bundler; 0 when fresh
 */
export function build({ force = false } = {}) {
  return buildRooms(force) || buildWeb(force);
}

function buildRooms(force) {
  const paths = sources();
  const stamp = stampOf(paths);
  if (!force && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return 0;
  say('building');
  // No stamp while dist is half written, nor after an error.
  rmSync(stampFile, { force: true });
  // Compiler state without output (or the reverse) would make tsc emit nothing.
  if (!existsSync(join(dist, 'cli', 'main.js'))) rmSync(join(dist, '.tsbuildinfo'), { force: true });
  const compiled = run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
  if (compiled !== 0) return compiled;
  removeOrphans();
  copyAssets(paths);
  const bundled = run(BUNDLER, []);
  if (bundled !== 0) return bundled;
  writeFileSync(stampFile, stamp);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = build({ force: true });
