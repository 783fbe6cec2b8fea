import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { erdDiagram, tableReference } from './erd.js';

const FILE = join(import.meta.dirname, '..', '..', 'docs', 'warehouse.md');
const SECTIONS = { erd: `\`\`\`mermaid\n${erdDiagram()}\n\`\`\``, tables: tableReference() };

/** KLINEMILL_UPDATE_DOCS=1 writes the generated sections instead of comparing them. */
describe('docs/warehouse.md', () => {
  for (const [name, generated] of Object.entries(SECTIONS))
    it(`has the ${name} of the schema as it is`, () => {
      const begin = `<!-- generated: ${name} -->\n`;
      const end = `\n<!-- end: ${name} -->`;
      const text = readFileSync(FILE, 'utf8');
      const from = text.indexOf(begin) + begin.length;
      const to = text.indexOf(end);
      expect(from).toBeGreaterThanOrEqual(begin.length);
      expect(to).toBeGreaterThan(from);
      if (process.env.KLINEMILL_UPDATE_DOCS === '1')
        writeFileSync(FILE, text.slice(0, from) + generated + text.slice(to));
      else expect(text.slice(from, to)).toBe(generated);
    });
});
