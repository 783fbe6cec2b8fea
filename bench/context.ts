import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchContext } from './case.js';
import { onInterrupt } from './interrupt.js';

/** A context over a folder of its own; `dispose`, or a signal, removes the folder. */
export function createContext(isQuick: boolean): BenchContext & { dispose(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'klinemill-bench-'));
  const made = new Map<string, Promise<unknown>>();
  let files = 0;
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const forget = onInterrupt(remove);
  return {
    isQuick,
    folder,
    versions: new Map(),
    async withFile(use) {
      const file = join(folder, `run-${++files}.duckdb`);
      try {
        return await use(file);
      } finally {
        // DuckDB keeps its log and what it spills beside the file.
        for (const suffix of ['', '.wal', '.tmp'])
          if (existsSync(file + suffix)) rmSync(file + suffix, { recursive: true });
      }
    },
    once<T>(key: string, make: () => Promise<T>): Promise<T> {
      if (!made.has(key)) made.set(key, make());
      return made.get(key) as Promise<T>;
    },
    dispose() {
      remove();
      forget();
    },
  };
}
