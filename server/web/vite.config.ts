import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const top = resolve(import.meta.dirname, '../..');

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  build: {
    outDir: resolve(top, 'dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows no data: URL.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
