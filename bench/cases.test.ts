import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CASES } from './cases/index.js';
import { createContext } from './context.js';
import { ROOT } from './paths.js';

const docs = readFileSync(join(ROOT, 'docs', 'benchmarking.md'), 'utf8');

describe('CASES', () => {
  it('have names of their own', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  });

  it.each(CASES)(
    '$name: kebab case, in the table of docs/benchmarking.md, every size once',
    ({ name, sizes }) => {
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      const rows = docs.split('\n').filter((line) => line.startsWith('| '));
      const named = rows.flatMap((row) => row.split('|')[1]!.trim().split(', '));
      expect(named).toContain(name);
      for (const isQuick of [true, false]) {
        const context = createContext(isQuick);
        const labels = sizes(context).map(({ label }) => label);
        context.dispose();
        expect(labels.length).toBeGreaterThan(0);
        expect(new Set(labels).size).toBe(labels.length);
      }
    },
  );
});
