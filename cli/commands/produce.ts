import { type Command, Option } from 'commander';
import { MARKET_NAMES, TOPICS } from '../../engine/index.js';
import { common, group } from '../command.js';
import { service } from '../interruption.js';
import { kafkaOptions } from '../kafka-options.js';
import type { ProduceOptions } from '../producing.js';
import { parseTime, wholeNumber } from '../values.js';

/** `klinemill produce` */
export function produceCommand(): Command {
  const command = kafkaOptions(
    group('produce', 'send klines to Kafka, each series in order (docs/streaming.md)'),
    TOPICS.klines,
  )
    .option('--replay [files...]', 'bars of these files; without files, those of the warehouse')
    .option(
      '--symbol <symbol>',
      'of files, instead of what their names say; of a warehouse, only this one; of --live and --poll several, with commas',
    )
    .option('--interval <interval>', 'interval, likewise')
    .option('--live', 'bars of the exchange as they close, by its event streams')
    .option('--poll', 'the same by its API')
    .addOption(new Option('--market <market>', 'of --live and --poll').choices(MARKET_NAMES).default('spot'))
    .option(
      '--since <time>',
      'first open time of --live and --poll (default: the bar that is open now)',
      parseTime,
    )
    .option('--rest-url <url>', 'base address of the klines API (default: that of the market)')
    .option('--ws-url <url>', 'base address of the event streams (default: that of the market)')
    .addOption(
      new Option('--speed <rate>', 'max, or bars a second').argParser(parseSpeed).default(null, 'max'),
    )
    .addOption(
      new Option('--partitions <n>', 'of the topic, when it is made').argParser(wholeNumber(1)).default(8),
    )
    .addOption(
      new Option('--now <time>', 'bars that close at or after it are not sent').argParser(parseTime),
    );
  return common(command).action((options: ProduceOptions) =>
    service(async (signal) => (await import('../producing.js')).produceUntilEnd(signal, options)),
  );
}

function parseSpeed(text: string): number | null {
  return text === 'max' ? null : wholeNumber(1)(text);
}
