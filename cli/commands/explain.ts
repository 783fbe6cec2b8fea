import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { barAt, explain, parsePredictionId, UserError } from '../../engine/index.js';
import type { StrategyRecord, Warehouse } from '../../warehouse/index.js';
import { type CommonOptions, common, group, type PartitionOptions, partitionOptions } from '../command.js';
import { explanationText } from '../explanation-text.js';
import { withReader } from '../open.js';
import { print } from '../output.js';
import { checkFilter } from '../recomputing.js';
import type { EXPLAIN_OUTPUT } from '../schemas/explain.js';
import { findStrategy } from '../strategies.js';
import { parseTime } from '../values.js';

interface ExplainOptions extends CommonOptions, PartitionOptions {
  readonly strategy?: string;
  readonly at?: number;
}

/** `klinemill explain` */
export function explainCommand(): Command {
  const command = partitionOptions(
    group(
      'explain',
      'everything behind one prediction: inputs, metrics, scores, why not, the trade bar by bar',
    )
      .argument(
        '[prediction]',
        'strategy@version:symbol:interval:predicting_at; or --symbol --interval --strategy --at',
      )
      .option('--strategy <name>', 'NAME (its newest version) or NAME@VERSION'),
  ).addOption(new Option('--at <time>', 'a time within the bar').argParser(parseTime));
  return common(command).action((id: string | undefined, options: ExplainOptions) =>
    withReader(options, async (warehouse) => {
      const { record, symbol, interval, predictingAt } = await locate(warehouse, id, options);
      const explanation = await explain(warehouse, record, { symbol, interval }, predictingAt);
      // The explanation is plain data under the names of the schema; only its readonly marks are in the way.
      const document = structuredClone({ warehouse: warehouse.url, ...explanation });
      await print<typeof EXPLAIN_OUTPUT>(options, document as z.input<typeof EXPLAIN_OUTPUT>, () =>
        explanationText(explanation),
      );
    }),
  );
}

interface Located {
  readonly record: StrategyRecord;
  readonly symbol: string;
  readonly interval: string;
  readonly predictingAt: number;
}

async function locate(
  warehouse: Warehouse,
  id: string | undefined,
  { strategy, symbol, interval, at }: ExplainOptions,
): Promise<Located> {
  if (id !== undefined) {
    if ([strategy, symbol, interval, at].some((option) => option !== undefined))
      throw new UserError(
        'explain: a prediction id says it all; --symbol, --interval, --strategy and --at take its place',
      );
    const found = parsePredictionId(id);
    return { ...found, record: await findStrategy(warehouse, found.strategy) };
  }
  if (strategy === undefined || symbol === undefined || interval === undefined || at === undefined)
    throw new UserError('explain: give a prediction id, or all of --symbol, --interval, --strategy and --at');
  const record = await findStrategy(warehouse, strategy);
  await checkFilter(warehouse, { symbol, interval });
  return { record, symbol, interval, predictingAt: await barAt(warehouse, { symbol, interval }, at) };
}
