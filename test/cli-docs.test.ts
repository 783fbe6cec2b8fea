import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commandReference } from '../cli/reference.js';

const PATH = new URL('../docs/cli.md', import.meta.url);
const BEGIN = '<!-- generated: UPDATE_DOCS=1 npx vitest run test/cli-docs.test.ts -->';
const END = '<!-- /generated -->';

it('docs/cli.md lists the commands and documents as they are', () => {
  const text = readFileSync(PATH, 'utf8');
  const [before, rest] = text.split(BEGIN) as [string, string];
  const after = rest.split(END)[1]!;
  const current = `${before}${BEGIN}\n\n${commandReference()}\n\n${END}${after}`;
  if (process.env.UPDATE_DOCS === '1') writeFileSync(PATH, current);
  else expect(text).toBe(current);
});
