import { type Command, Option } from 'commander';
import { TOPICS } from '../../engine/index.js';
import { common, group } from '../command.js';
import { service } from '../interruption.js';
import { kafkaOptions } from '../kafka-options.js';
import type { StreamCommandOptions } from '../streaming.js';
import { parsePort, parseSymbols, parseTime, parseTopic } from '../values.js';

/** `klinemill stream` */
export function streamCommand(): Command {
  const command = kafkaOptions(
    group(
      'stream',
      'take klines from Kafka in as they come: every fact of a bar in one transaction (docs/streaming.md)',
    ),
    TOPICS.klines,
  )
    .option('--group <name>', 'consumer group; its members share the partitions', 'klinemill')
    .option(
      '--symbols <names>',
      'take in only these, separated by commas; others are dead letters',
      parseSymbols,
    )
    .option('--revise', 'bars with other values replace what stands, instead of being dead letters')
    .option('--no-publish', 'do not publish predictions')
    .option('--prediction-topic <name>', 'topic of the predictions', parseTopic, TOPICS.predictions)
    .option('--reset-offsets', 'read the topic from its beginning: bars that stand are skipped')
    .option('--until-end', 'end when everything is taken in that the topic holds at the start')
    .addOption(
      new Option('--health-port <port>', '/livez, /readyz and /metrics on this port; 0: any')
        .env('KLINEMILL_HEALTH_PORT')
        .argParser(parsePort),
    )
    .option('--health-host <address>', 'address that they listen on', '127.0.0.1')
    .addOption(
      new Option(
        '--now <time>',
        'bars that close at or after it are dead letters (default: the clock)',
      ).argParser(parseTime),
    );
  // It writes and hardly reads: a larger cache only takes longer to fill. 64MB were too few for a commit of 24,000 bars.
  return common(command, '128MB').action((options: StreamCommandOptions) =>
    service(async (signal) => (await import('../streaming.js')).streamUntil(signal, options)),
  );
}
