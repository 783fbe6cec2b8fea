import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { ROOT } from './cli-process.js';

const WEB = join(ROOT, 'dist/web');

/** Script, style and icon that the page itself names: the rest is loaded when it is needed. */
function firstLoad(): string[] {
  const html = readFileSync(join(WEB, 'index.html'), 'utf8');
  return ['index.html', ...[...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path]) => path!)];
}

it('the first load of the dashboard stays under 350 KB gzipped', () => {
  const bytes = firstLoad().map((path) => gzipSync(readFileSync(join(WEB, path))).length);
  const total = bytes.reduce((sum, n) => sum + n, 0);
  console.info(`dashboard: ${(total / 1024).toFixed(1)} KB gzipped at first, ${bytes.length} files`);
  expect(total).toBeGreaterThan(10_000);
  expect(total).toBeLessThan(350 * 1024);
});

it('nothing inline, nothing from elsewhere: the content security policy would refuse it', () => {
  const html = readFileSync(join(WEB, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|style=|https?:\/\//);
  const scripts = readdirSync(join(WEB, 'assets')).filter((name) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(0);
  for (const name of scripts)
    expect(readFileSync(join(WEB, 'assets', name), 'utf8')).not.toMatch(/\beval\(|new Function\(/);
});
