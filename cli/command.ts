import { Command, Option } from 'commander';
import { defaultThreads } from '../engine/index.js';
import { parseInterval, parseMemoryLimit, wholeNumber } from './values.js';

/** Options that every command takes. */
export interface CommonOptions {
  readonly warehouse: string;
  readonly memoryLimit: string;
  readonly json?: true;
}

/** Options that choose partitions. */
export interface PartitionOptions {
  readonly symbol?: string;
  readonly interval?: string;
}

/** Options of commands that compute. */
export interface ComputeOptions extends PartitionOptions {
  readonly strategy?: string;
  readonly threads: number;
  readonly chunkRows?: number;
}

/** A command or a group of commands; its errors are thrown, and printed by `run`. */
export function group(name: string, description: string): Command {
  return (
    new Command(name)
      .description(description)
      .exitOverride()
      .allowExcessArguments(false)
      // `run` prints one line with the program's name instead.
      .configureOutput({ outputError: () => {} })
      .helpOption('-h, --help', 'show this help')
      .helpCommand(false)
  );
}

/** What a database may hold in memory beside the compute threads. */
const MEMORY_LIMIT = '256MB';

/** Adds what every command takes, after its own options. */
export function common(command: Command, memoryLimit = MEMORY_LIMIT): Command {
  return memoryAndJson(
    command.addOption(
      new Option(
        '--warehouse <url>',
        'where the facts are: duckdb:PATH or mysql://user:password@host/database',
      )
        .env('KLINEMILL_WAREHOUSE')
        .default('duckdb:./data/klinemill.duckdb'),
    ),
    memoryLimit,
  );
}

/** What even a command takes that names its warehouses otherwise. */
export function memoryAndJson(command: Command, memoryLimit = MEMORY_LIMIT): Command {
  return command
    .addOption(
      new Option('--memory-limit <size>', 'memory of the database beside the compute threads')
        .argParser(parseMemoryLimit)
        .default(memoryLimit),
    )
    .option('--json', 'one JSON document on stdout instead of text');
}

/** `--symbol` and `--interval`, as filters. */
export function partitionOptions(command: Command): Command {
  return command
    .option('--symbol <symbol>', 'only this symbol')
    .addOption(new Option('--interval <interval>', 'only this interval').argParser(parseInterval));
}

/** What `recompute` and its kin take. */
export function computeOptions(command: Command): Command {
  return partitionOptions(command.option('--strategy <name>', 'only this strategy'))
    .addOption(
      new Option('--threads <n>', 'worker threads, 0: compute on the main thread')
        .argParser(wholeNumber(0))
        .default(defaultThreads(), 'one less than the cores'),
    )
    .addOption(new Option('--chunk-rows <n>', 'bars computed at a time').argParser(wholeNumber(1)));
}
