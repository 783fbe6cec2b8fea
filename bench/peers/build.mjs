// Builds the programs of this folder against TA-Lib's C, straight from the sources that the npm package `talib` ships.
// The package's own install script is switched off (.npmrc): it builds a Node addon, which `npm run addon` does.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const talib = join(here, 'node_modules/talib/src/lib');
const out = join(here, 'build');
// -O2 without contraction: the same bits on machines that have fused multiply-add.
const flags = [
  '-O2',
  '-ffp-contract=off',
  '-w',
  `-I${talib}/include`,
  `-I${talib}/src/ta_common`,
  `-I${talib}/src/ta_func`,
];

if (!existsSync(talib))
  throw new Error("peers: TA-Lib's sources are missing: run `npm install` in bench/peers first");
mkdirSync(join(out, 'obj'), { recursive: true });

const sources = ['ta_common', 'ta_func'].flatMap((folder) =>
  readdirSync(join(talib, 'src', folder))
    .filter((name) => name.endsWith('.c') && !name.startsWith('ta_CDL'))
    .map((name) => join(talib, 'src', folder, name)),
);
const objects = join(out, 'obj');
const library = join(out, 'libta.a');
if (!existsSync(library)) {
  execFileSync('gcc', [...flags, '-c', ...sources], { cwd: objects, stdio: 'inherit' });
  execFileSync('ar', ['rcs', library, ...readdirSync(objects).map((name) => join(objects, name))]);
}
for (const name of readdirSync(here).filter((file) => file.endsWith('.c'))) {
  const program = join(out, name.slice(0, -2));
  execFileSync('gcc', [...flags, join(here, name), library, '-lm', '-o', program], { stdio: 'inherit' });
  console.log(`peers: built ${program}`);
}
