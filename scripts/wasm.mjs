import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = 'kernels/wasm/assembly';
const BINARY = join(root, 'kernels/wasm/binary.ts');
/** Memory of a thread's instance, in pages of 64 KB: room for the columns of some ten pipelines; what is not touched costs nothing. */
const PAGES = 1024;

/** Compiles the WebAssembly kernels. @returns the text of kernels/wasm/binary.ts; @throws Error with what the compiler said */
export async function binaryText() {
  let bytes;
  const { error, stderr } = await asc.main(
    [
      `${SOURCES}/index.ts`,
      ...['--outFile', 'kernels.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
      ...['--initialMemory', String(PAGES), '--maximumMemory', String(PAGES)],
    ],
    {
      readFile: (name, folder) => {
        const path = join(root, folder, name);
        return existsSync(path) ? readFileSync(path, 'utf8') : null;
      },
      writeFile: (_name, contents) => {
        bytes = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null) throw new Error(`wasm: ${stderr.toString() || error.message}`);
  return [
    '// Made by `npm run wasm` from kernels/wasm/assembly; a test compares.',
    `export const BINARY =\n  '${Buffer.from(bytes).toString('base64')}';\n`,
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(BINARY, await binaryText());
