import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{kernels,engine,warehouse,server,cli,bench,test}/**/*.test.ts'],
    // Real threads, real databases: two cores, so few files at a time and generous limits.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
