import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and what is missing above it.
 *
 * One by one, not with Node's `recursive`: that never returns where a parent is there and making the folder in it says
 * that it is not (`/proc/x`, Node 20).
 *
 * @throws the system's error when it cannot be made, or is something else than a folder
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  let folder = path;
  let found = statSync(folder, { throwIfNoEntry: false });
  for (; found === undefined; found = statSync(folder, { throwIfNoEntry: false })) {
    missing.push(folder);
    folder = dirname(folder);
  }
  // Something else stands there: the system says so.
  if (!found.isDirectory()) mkdirSync(missing.at(-1) ?? path);
  for (const one of missing.reverse())
    try {
      mkdirSync(one);
    } catch (error) {
      // Another process may have made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
}
