import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('the committed module is what its sources compile to', async () => {
  const script = new URL('../../scripts/wasm.mjs', import.meta.url).href;
  const { binaryText } = (await import(script)) as { binaryText: () => Promise<string> };
  expect(readFileSync(new URL('./binary.ts', import.meta.url), 'utf8')).toBe(await binaryText());
});
