import type { ChildProcess } from 'node:child_process';
import { start } from './cli.js';

/** The real server in a process of its own, on a port that is free. */
export async function serve(
  warehouse: string,
  args: readonly string[] = [],
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const child = start(['serve', '--json', '--port', '0', '--warehouse', warehouse, ...args]);
  const url = await addressOf(child);
  return {
    url,
    close: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stderr!.on('data', (data) => {
      err += String(data);
    });
    child.stdout!.on('data', (data) => {
      out += String(data);
      const url = /"url":\s*"([^"]+)"/.exec(out)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('close', (code) => reject(new Error(`serve ended with ${code}: ${err}`)));
  });
}
