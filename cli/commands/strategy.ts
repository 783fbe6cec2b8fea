import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { formatStrategy, UserError } from '../../engine/index.js';
import { type CommonOptions, common, group } from '../command.js';
import { writeWhole } from '../files.js';
import { importDocuments } from '../import-documents.js';
import { withReader, withWriter } from '../open.js';
import { note, print } from '../output.js';
import type {
  STRATEGY_IMPORT_OUTPUT,
  STRATEGY_LIST_OUTPUT,
  STRATEGY_SHOW_OUTPUT,
  STRATEGY_SWITCH_OUTPUT,
} from '../schemas/strategy.js';
import { findStrategy } from '../strategies.js';
import { listedStrategy, shownStrategy, strategyListText, strategyText } from '../strategy-text.js';

/** `klinemill strategy ...` */
export function strategyCommand(): Command {
  const strategy = group('strategy', 'import, show, export, enable and disable rule sets');
  for (const command of [
    importCommand(),
    listCommand(),
    showCommand(),
    exportStrategyCommand(),
    switchCommand('enable', true),
    switchCommand('disable', false),
  ])
    strategy.addCommand(command);
  return strategy;
}

function importCommand(): Command {
  const command = group(
    'import',
    'read strategy documents (YAML or JSON); changed content makes a new version',
  );
  return common(command.argument('<files...>', 'documents; - reads standard input')).action(
    async (files: string[], options: CommonOptions) => {
      const texts = new Map(files.map((file) => [file, readDocument(file)]));
      await withWriter(options, async (warehouse) => {
        const imported = await importDocuments(warehouse, texts);
        for (const { strategy, warnings } of imported)
          for (const warning of warnings) note(`warning: strategy '${strategy}': ${warning}`);
        const document = {
          warehouse: warehouse.url,
          imported: imported.map((item) => ({ ...item, warnings: [...item.warnings] })),
        };
        await print<typeof STRATEGY_IMPORT_OUTPUT>(options, document, () =>
          imported
            .map(({ strategy, version, created }) =>
              created
                ? `${strategy}@${version} imported`
                : `${strategy}@${version} stands already: nothing changed`,
            )
            .join('\n'),
        );
      });
    },
  );
}

function listCommand(): Command {
  const command = group('list', 'strategies, newest versions first').option('--all', 'older versions too');
  return common(command).action((options: CommonOptions & { readonly all?: true }) =>
    withReader(options, async (warehouse) => {
      const records = (await warehouse.strategies()).filter(
        ({ isNewest }) => isNewest || options.all === true,
      );
      const document = { warehouse: warehouse.url, strategies: records.map(listedStrategy) };
      await print<typeof STRATEGY_LIST_OUTPUT>(options, document, () => strategyListText(records));
    }),
  );
}

function showCommand(): Command {
  const command = group('show', 'the rules of a strategy, readable').argument(
    '<name>',
    'NAME or NAME@VERSION',
  );
  return common(command).action((name: string, options: CommonOptions) =>
    withReader(options, async (warehouse) => {
      const record = await findStrategy(warehouse, name);
      await print<typeof STRATEGY_SHOW_OUTPUT>(options, shownStrategy(record), () => strategyText(record));
    }),
  );
}

function exportStrategyCommand(): Command {
  const command = group('export', 'write a strategy as the document that import reads')
    .argument('<name>', 'NAME or NAME@VERSION')
    .option('--out <file>', 'file to write, instead of stdout');
  return common(command).action((name: string, options: CommonOptions & { readonly out?: string }) =>
    withReader(options, async (warehouse) => {
      const record = await findStrategy(warehouse, name);
      const text = formatStrategy(record.document);
      if (options.out !== undefined && options.out !== '-') {
        await writeWhole(options.out, text);
        note(`${record.document.strategy}@${record.version} written to ${options.out}`);
        if (options.json !== true) return;
      }
      await print<typeof STRATEGY_SHOW_OUTPUT>(options, shownStrategy(record), () => text);
    }),
  );
}

function switchCommand(name: 'enable' | 'disable', isEnabled: boolean): Command {
  const what = isEnabled ? 'compute it again from now on' : 'compute it no more; its facts stay';
  return common(group(name, what).argument('<name>', 'NAME: all its versions')).action(
    (strategy: string, options: CommonOptions) =>
      withWriter(options, async (warehouse) => {
        if (strategy.includes('@'))
          throw new UserError(`strategy: '${strategy}' names a version; a strategy is switched as a whole`);
        await findStrategy(warehouse, strategy);
        await warehouse.setStrategyEnabled(strategy, isEnabled);
        const document = { warehouse: warehouse.url, strategy, is_enabled: isEnabled };
        await print<typeof STRATEGY_SWITCH_OUTPUT>(options, document, () => `${strategy} is ${name}d`);
      }),
  );
}

function readDocument(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new UserError(`strategy: there is no file '${file}'`);
    if (code === 'EISDIR') throw new UserError(`strategy: '${file}' is a directory`);
    if (code === 'EACCES' || code === 'EPERM')
      throw new UserError(`strategy: '${file}' may not be read (${code})`);
    throw error;
  }
}
