import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { MINING_DEFAULTS, mine } from '../../engine/index.js';
import { common, group, type PartitionOptions, partitionOptions } from '../command.js';
import { counted, duration } from '../format.js';
import { mineDocument, mineText } from '../mining.js';
import { withFinder } from '../open.js';
import { note, print } from '../output.js';
import { checkFilter } from '../recomputing.js';
import { type ReplicaOptions, replicaOption, withScans } from '../replicas.js';
import type { MINE_OUTPUT } from '../schemas/mine.js';
import { timeRange } from '../time-range.js';
import { parseShare, parseTime, wholeNumber } from '../values.js';

interface MineCommandOptions extends ReplicaOptions, PartitionOptions {
  readonly strategy?: string;
  readonly side?: 'BUY' | 'SELL';
  readonly from?: number;
  readonly to?: number;
  readonly minSupport: number;
  readonly maxLength: number;
  readonly minConfidence: number;
  readonly threads: number;
  readonly top: number;
}

/** `klinemill mine` */
export function mineCommand(): Command {
  const { minSupport, maxLength, minConfidence } = MINING_DEFAULTS;
  const command = partitionOptions(
    group(
      'mine',
      'patterns of confirmed trades: frequent structures, rules, and which structures carry an edge',
    ).option('--strategy <name>', 'only this strategy: NAME (its newest version) or NAME@VERSION'),
  )
    .addOption(new Option('--side <side>', 'only trades of this side').choices(['BUY', 'SELL']))
    .addOption(new Option('--from <time>', 'first moment of predicting_at').argParser(parseTime))
    .addOption(new Option('--to <time>', 'first moment after it').argParser(parseTime))
    .addOption(
      new Option('--min-support <fraction>', 'trades that must have a structure')
        .argParser(parseShare)
        .default(minSupport),
    )
    .addOption(
      new Option('--max-length <n>', 'items a structure').argParser(wholeNumber(1)).default(maxLength),
    )
    .addOption(
      new Option('--min-confidence <fraction>', 'of association rules')
        .argParser(parseShare)
        .default(minConfidence),
    )
    .addOption(
      new Option('--threads <n>', 'threads for the test by rotation, 0: the main thread')
        .argParser(wholeNumber(0))
        .default(availableParallelism(), 'the cores'),
    )
    .addOption(
      new Option('--top <n>', 'lines of each table; --json has all').argParser(wholeNumber(1)).default(20),
    );
  return common(replicaOption(command)).action((options: MineCommandOptions) =>
    withFinder(options, async (warehouse) => {
      timeRange('mine', options);
      await checkFilter(warehouse, options);
      const startedAt = performance.now();
      const report = await withScans(warehouse, options, (scanned) => mine(scanned, warehouse, options));
      note(`${counted(report.run.trades, 'trade')} mined in ${duration(performance.now() - startedAt)}`);
      await print<typeof MINE_OUTPUT>(options, mineDocument(warehouse.url, report), () =>
        mineText(report, options.top),
      );
    }),
  );
}
