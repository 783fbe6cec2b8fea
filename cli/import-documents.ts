import { type ParsedStrategy, parseStrategy, UserError } from '../engine/index.js';
import type { Warehouse } from '../warehouse/index.js';

/** What importing one document did. */
export interface Imported {
  readonly file: string;
  readonly strategy: string;
  readonly version: number;
  /** False: the newest version has this content already. */
  readonly created: boolean;
  readonly warnings: readonly string[];
}

/**
 * Imports strategy documents under one run. All are checked before the first is written, so that a refused one leaves
 * nothing behind; when none has new content, no run is written either.
 *
 * @throws UserError that names the field when a document is refused
 */
export async function importDocuments(
  warehouse: Warehouse,
  texts: ReadonlyMap<string, string>,
): Promise<Imported[]> {
  const parsed = [...texts].map(([file, text]) => ({ file, ...parsedFile(file, text) }));
  const newest = new Map(
    (await warehouse.strategies())
      .filter((record) => record.isNewest)
      .map(({ document, contentHash }) => [document.strategy, contentHash]),
  );
  const changed = parsed.filter(({ document, contentHash }) => newest.get(document.strategy) !== contentHash);
  const runId =
    changed.length === 0
      ? null
      : await warehouse.startRun(
          'import',
          changed.map(({ document }) => document.strategy).join(' '),
          Date.now(),
        );
  const imported: Imported[] = [];
  try {
    for (const { file, document, contentHash, warnings } of parsed) {
      const { version, created } = await warehouse.importStrategy(document, contentHash, Date.now());
      imported.push({ file, strategy: document.strategy, version, created, warnings });
    }
  } catch (error) {
    if (runId !== null) await warehouse.finishRun(runId, 'FAILED', (error as Error).message, Date.now());
    throw error;
  }
  if (runId !== null) {
    const names = imported
      .filter(({ created }) => created)
      .map(({ strategy, version }) => `${strategy}@${version}`);
    await warehouse.finishRun(runId, 'DONE', names.join(' '), Date.now());
  }
  return imported;
}

/** With several files a refusal must say which. */
function parsedFile(file: string, text: string): ParsedStrategy {
  try {
    return parseStrategy(text);
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}
