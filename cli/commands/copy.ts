import { type Command, Option } from 'commander';
import { copyWarehouse, UserError } from '../../engine/index.js';
import { type CommonOptions, group, memoryAndJson } from '../command.js';
import { copiedText, partitionRows } from '../copying.js';
import { withMirror, withReader } from '../open.js';
import { print } from '../output.js';
import { copyingWithProgress } from '../replicas.js';
import type { COPY_OUTPUT } from '../schemas/copy.js';

interface CopyOptions extends Omit<CommonOptions, 'warehouse'> {
  readonly from: string;
  readonly to: string;
}

/** `klinemill copy` */
export function copyCommand(): Command {
  const command = group(
    'copy',
    'copy a whole warehouse into an empty one, of whatever kind, and compare the checksums',
  )
    .addOption(new Option('--from <url>', 'warehouse to copy').makeOptionMandatory())
    .addOption(
      new Option('--to <url>', 'empty warehouse; made when it does not exist').makeOptionMandatory(),
    );
  return memoryAndJson(command).action(async (options: CopyOptions) => {
    const { from, to, memoryLimit } = options;
    if (from === to) throw new UserError('copy: --from and --to are the same warehouse');
    await withReader({ warehouse: from, memoryLimit }, (source) =>
      withMirror(to, memoryLimit, async (target) => {
        const report = await copyingWithProgress((onRows) => copyWarehouse(source, target, { onRows }));
        const document = {
          from: source.url,
          to: target.url,
          rows: report.rows,
          values: report.values,
          elapsed_ms: report.elapsedMs,
          partitions: partitionRows(report),
          compared: report.compared!,
        };
        await print<typeof COPY_OUTPUT>(options, document, () => copiedText(report, target.url));
      }),
    );
  });
}
