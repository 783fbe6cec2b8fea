import { readFileSync } from 'node:fs';
import { assetFile } from '../built-file.js';

const texts = new Map<string, string>();

/** The text of a .sql file of this folder; the build copies them beside the compiled code. */
export function analyticsSql(name: string): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = readFileSync(assetFile(`warehouse/analytics/${name}.sql`), 'utf8');
    texts.set(name, text);
  }
  return text;
}
