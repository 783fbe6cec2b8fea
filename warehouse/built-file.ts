import { fileURLToPath } from 'node:url';

/**
 * Path of a built module of the clone. Under vitest modules are TypeScript, which a worker of Node 20 cannot load: then
 * it is the one in dist/.
 *
 * @param path from the top folder of the build, `engine/worker.js`
 */
export function builtFile(path: string): string {
  const top = import.meta.url.endsWith('.ts') ? '../dist/' : '../';
  return fileURLToPath(new URL(top + path, import.meta.url));
}

/**
 * Path of a file that is no code, .sql or .yaml: beside the sources under vitest; the build copies it beside the compiled ones.
 *
 * @param path from the top folder of the clone
 */
export function assetFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
