import { dirname, join } from 'node:path';
import { build } from 'rolldown';
import { PROGRAM, root } from './build.mjs';

// Native code, and packages that read files or start threads beside their own.
const LEFT_ALONE = ['@duckdb/node-bindings', 'pino', 'piscina', 'swagger-ui-dist'];

/**
 * The compiled command line and its packages in a few files: opening a thousand modules was two thirds of a start. What is imported by
 * need stays apart. All files lie one folder below dist, as the rooms do, so that paths relative to their own hold.
 */
await build({
  input: { klinemill: join(root, 'dist', 'cli', 'main.js') },
  platform: 'node',
  external: (id) => LEFT_ALONE.some((name) => id === name || id.startsWith(`${name}/`)),
  output: { dir: dirname(join(root, PROGRAM)), format: 'esm', cleanDir: true, chunkFileNames: '[name].js' },
});
