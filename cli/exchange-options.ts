import { type Command, Option } from 'commander';
import { DUMP_URL } from '../engine/index.js';

/** Where the exchange's files come from, and where they are kept. */
export interface ExchangeOptions {
  readonly dumpUrl: string;
  /** Absent: the market's own. */
  readonly restUrl?: string;
  readonly cache: string;
}

/** What commands take that download. */
export function exchangeOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--cache <folder>', 'where downloaded dumps are kept, with their checksums')
        .env('KLINEMILL_CACHE')
        .default('./data/cache'),
    )
    .addOption(
      new Option('--dump-url <url>', 'base address of the bulk dumps')
        .env('KLINEMILL_DUMP_URL')
        .default(DUMP_URL),
    )
    .addOption(
      new Option('--rest-url <url>', 'base address of the klines API (default: that of the market)').env(
        'KLINEMILL_REST_URL',
      ),
    );
}
