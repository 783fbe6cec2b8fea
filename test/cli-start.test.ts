import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAIN } from './cli-process.js';

// What a start costs is what it loads: the files that every command loads, by the static imports of the built program.

const FOLDER = dirname(MAIN);
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

/** Files that are loaded before the command line is looked at. */
function loadedAtStart(): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const [, next] of read(name).matchAll(/^(?:import|export)\b.*?["']\.\/([^"']+)["'];$/gm))
      visit(next!);
  };
  visit('klinemill.js');
  return [...found];
}

describe('every command', () => {
  const loaded = loadedAtStart();
  const all = readdirSync(FOLDER).filter((name) => name.endsWith('.js'));

  it('loads a few files, and leaves some to whom they are of use', () => {
    expect(loaded.length).toBeGreaterThan(1);
    expect(loaded.length).toBeLessThan(40);
    expect(all.length).toBeGreaterThan(loaded.length);
  });

  // A text that only the package's own code has.
  it.each([
    ['DuckDB', '@duckdb/node-bindings'],
    ['mysql2', 'caching_sha2_password'],
    ['kafkajs', 'KafkaJSConnectionError'],
    ['zod', 'toJSONSchema'],
    ['hono', 'X-Frame-Options'],
  ])('%s is loaded by need', (_, text) => {
    const holding = all.filter((name) => read(name).includes(text));
    expect(holding, `${text} is nowhere: another text is needed`).not.toEqual([]);
    expect(holding.filter((name) => loaded.includes(name))).toEqual([]);
  });
});
