import type { ChildProcess } from 'node:child_process';
import { start } from './cli.js';

export interface Served {
  readonly url: string;
  /** @returns its exit code; null: a signal ended it, as a crash does */
  close(signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null>;
}

/** The real server in a process of its own, on a port that is free. */
export async function serve(warehouse: string, args: readonly string[] = []): Promise<Served> {
  const child = start(['serve', '--json', '--port', '0', '--warehouse', warehouse, ...args]);
  const url = await addressOf(child);
  return {
    url,
    close: (signal = 'SIGTERM') => {
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      child.kill(signal);
      return ended;
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
