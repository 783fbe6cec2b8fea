import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { cruise } from 'dependency-cruiser';
import { filesUnder, root } from './build.mjs';

const ROOMS = ['kernels', 'warehouse', 'engine', 'server', 'cli', 'bench', 'test'];

/** What stands against the rooms under `top`; empty when nothing does. */
async function breaches(top) {
  const files = ROOMS.flatMap((room) => filesUnder(room, top)).filter((path) => /\.tsx?$/.test(path));
  const { options, ...ruleSet } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
  process.chdir(top);
  const rooms = ROOMS.filter((room) => existsSync(room));
  const { output } = await cruise(rooms, { ...options, ruleSet, validate: true });
  const found = output.summary.violations.map(({ rule, from, to, cycle }) => {
    const way = cycle?.map(({ name }) => name) ?? [to];
    return `${rule.name}: ${[from, ...way].join(' -> ')}`;
  });
  return [...unseen(files, output.modules), ...found];
}

/**
 * A parser that cannot read TypeScript reports no breach at all (dependency-cruiser with an unfit typescript does so
 * without a word), so every file must have been seen.
 */
function unseen(files, modules) {
  if (files.length === 0) return [`seen: no .ts file in ${ROOMS.join(', ')}`];
  const seen = new Set(modules.map((module) => module.source));
  return files.filter((path) => !seen.has(path)).map((path) => `seen: ${path} is no module of the cruise`);
}

const top = resolve(process.argv[2] ?? root);
const found = await breaches(top);
for (const line of found) console.error(line);
console.error(
  found.length === 0 ? 'rooms: ok' : `rooms: ${found.length} breaches (see .dependency-cruiser.cjs)`,
);
process.exitCode = found.length === 0 ? 0 : 1;
