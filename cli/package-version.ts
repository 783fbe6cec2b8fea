import { existsSync, readFileSync } from 'node:fs';

/** Version of the package that this file belongs to, compiled (dist/cli) or not (cli). */
export function packageVersion(): string {
  for (const up of ['../package.json', '../../package.json']) {
    const url = new URL(up, import.meta.url);
    if (existsSync(url)) return (JSON.parse(readFileSync(url, 'utf8')) as { version: string }).version;
  }
  throw new Error('cli: package.json is missing beside the program');
}
