import type { Command } from 'commander';
import { readGaps } from '../../warehouse/index.js';
import { type CommonOptions, common, group, type PartitionOptions, partitionOptions } from '../command.js';
import { counted, time, whole } from '../format.js';
import { withReader } from '../open.js';
import { print } from '../output.js';
import { checkFilter } from '../recomputing.js';
import type { GAPS_OUTPUT } from '../schemas/gaps.js';
import { table } from '../table.js';

/** `klinemill gaps` */
export function gapsCommand(): Command {
  const command = partitionOptions(group('gaps', 'bars that are missing between present ones'));
  return common(command).action((options: CommonOptions & PartitionOptions) =>
    withReader(options, async (warehouse) => {
      await checkFilter(warehouse, options);
      const gaps = await readGaps(warehouse, options);
      const document = { warehouse: warehouse.url, gaps };
      await print<typeof GAPS_OUTPUT>(options, document, () => {
        if (gaps.length === 0) return 'no gaps';
        const columns = [
          { head: 'symbol', left: true },
          { head: 'interval', left: true },
          { head: 'from', left: true },
          { head: 'to (UTC)', left: true },
          { head: 'missing' },
        ];
        const rows = gaps.map((gap) => [
          gap.symbol,
          gap.interval,
          time(gap.from_time),
          time(gap.to_time),
          whole(gap.missing),
        ]);
        const missing = gaps.reduce((sum, gap) => sum + gap.missing, 0);
        return `${table(columns, rows)}\n${counted(gaps.length, 'gap')}, ${counted(missing, 'bar')} missing`;
      });
    }),
  );
}
