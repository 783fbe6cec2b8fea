import { type Command, Option } from 'commander';
import { UserError } from '../../engine/index.js';
import type { PartitionState, Warehouse } from '../../warehouse/index.js';
import { type CommonOptions, common, group } from '../command.js';
import { counted } from '../format.js';
import { withWriter } from '../open.js';
import { print } from '../output.js';
import type { FORGET_OUTPUT } from '../schemas/forget.js';
import { parseInterval } from '../values.js';

interface ForgetOptions extends CommonOptions {
  readonly symbol: string;
  readonly interval: string;
}

/** `klinemill forget` */
export function forgetCommand(): Command {
  const command = group('forget', 'remove the klines of a partition with everything that descends from them')
    .requiredOption('--symbol <symbol>', 'symbol')
    .addOption(
      new Option('--interval <interval>', 'interval').argParser(parseInterval).makeOptionMandatory(),
    );
  return common(command).action((options: ForgetOptions) =>
    withWriter(options, async (warehouse) => {
      const { symbol, interval } = options;
      const partitions = await warehouse.partitions();
      const partition = partitions.find((known) => known.symbol === symbol && known.interval === interval);
      if (partition === undefined)
        throw new UserError(
          `forget: no klines of ${symbol} ${interval} are loaded; klinemill status lists what is`,
        );
      const runId = await forget(warehouse, partition);
      const document = { warehouse: warehouse.url, run_id: runId, symbol, interval, klines: partition.rows };
      await print<typeof FORGET_OUTPUT>(
        options,
        document,
        () =>
          `${symbol} ${interval} is forgotten: ${counted(partition.rows, 'bar')} with all facts that descended from them`,
      );
    }),
  );
}

/** Removes the partition and records that its bars changed: coarser partitions may have asked them who won. */
async function forget(warehouse: Warehouse, partition: PartitionState): Promise<number> {
  const { symbol, interval, firstCloseTime, lastCloseTime } = partition;
  const runId = await warehouse.startRun('forget', `${symbol} ${interval}`, Date.now());
  const session = await warehouse.begin();
  try {
    await session.forget(partition);
    const range = { fromTime: firstCloseTime, toTime: lastCloseTime };
    await session.recordKlineChange({ symbol, interval, runId, ...range, added: 0, revised: 0 });
    await session.commit();
  } catch (error) {
    await session.rollback();
    await warehouse.finishRun(runId, 'FAILED', (error as Error).message, Date.now());
    throw error;
  }
  await warehouse.finishRun(runId, 'DONE', `${symbol} ${interval}, ${partition.rows} bars`, Date.now());
  return runId;
}
