import type { Command } from 'commander';
import { type CommonOptions, common, group } from '../command.js';
import { withWriter } from '../open.js';
import { print } from '../output.js';
import type { MIGRATE_OUTPUT } from '../schemas/migrate.js';

/** `klinemill migrate` */
export function migrateCommand(): Command {
  return common(
    group(
      'migrate',
      'make the warehouse, or bring it up to date (load, recompute, start do it by themselves)',
    ),
  ).action((options: CommonOptions) =>
    withWriter(options, async (warehouse, { version, applied, seeded }) => {
      const document = { warehouse: warehouse.url, version, applied: [...applied], seeded: [...seeded] };
      await print<typeof MIGRATE_OUTPUT>(options, document, () => `${warehouse.url} is at schema ${version}`);
    }),
  );
}
