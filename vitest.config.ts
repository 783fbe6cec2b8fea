import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Long suites in short files. Vitest begins with the largest files, and one worker would wait for these at the end. */
const LONG = /\/test\/(readme|replica|replica-mysql|report-mysql|stream|stream-mysql)\.test\.ts$/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['{kernels,engine,warehouse,server,cli,bench,test}/**/*.test.ts'],
    // Real threads, real databases: two cores, so few files at a time and generous limits.
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
