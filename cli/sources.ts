import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where `start` looks when it is given no files, relative to the working folder. */
export const KLINE_FOLDER = join('data', 'klines');

/** Where the klines of a start come from. */
export type StartSource =
  | { readonly kind: 'files' | 'folder'; readonly files: readonly string[] }
  /** Klines that are loaded already. */
  | { readonly kind: 'warehouse' }
  /** Nothing is there: recent months from the exchange, else the made-up market. */
  | { readonly kind: 'none' };

/**
 * Files that are given, else those in ./data/klines, else what is loaded already, else nothing: klines that the user did
 * not ask for never come beside their own.
 *
 * @param symbols that are loaded
 */
export function chooseSource(given: readonly string[], symbols: readonly string[]): StartSource {
  if (given.length > 0) return { kind: 'files', files: given };
  const files = filesIn(KLINE_FOLDER);
  if (files.length > 0) return { kind: 'folder', files };
  return symbols.some((symbol) => !isSynthetic(symbol)) ? { kind: 'warehouse' } : { kind: 'none' };
}

/** True for symbols of the made-up market. */
export function isSynthetic(symbol: string): boolean {
  return symbol.startsWith('SYNTHETIC_');
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.(csv|csv\.gz|zip|parquet|feather|arrows?)$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
