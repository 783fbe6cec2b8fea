import { type Command, Option } from 'commander';
import { defaultThreads } from '../../engine/index.js';
import type { Warehouse } from '../../warehouse/index.js';
import { type CommonOptions, common, group } from '../command.js';
import { withFinder, withReader } from '../open.js';
import { print } from '../output.js';
import { replicaOption } from '../replicas.js';
import type { SERVE_OUTPUT } from '../schemas/serve.js';
import type { ServingOptions } from '../serving.js';
import { wholeNumber } from '../values.js';

interface ServeCommandOptions extends CommonOptions, ServingOptions {}

/** `klinemill serve` */
export function serveCommand(): Command {
  const command = servingOptions(
    group('serve', 'the HTTP API and the dashboard over the warehouse, until Ctrl-C'),
  ).addOption(
    new Option('--threads <n>', 'worker threads of a job, 0: compute on the main thread')
      .argParser(wholeNumber(0))
      .default(defaultThreads(), 'one less than the cores'),
  );
  return common(command).action((options: ServeCommandOptions) => {
    const serve = (warehouse: Warehouse): Promise<void> => serveWarehouse(warehouse, options);
    // Without a token nothing is ever written, so other commands may read beside it.
    return options.token === undefined ? withReader(options, serve) : withFinder(options, serve);
  });
}

/** Where a server listens, who may write, and where it reads what is no DuckDB file. */
export function servingOptions(command: Command): Command {
  return replicaOption(command)
    .addOption(new Option('--host <host>', 'address to listen on').default('127.0.0.1'))
    .addOption(
      new Option('--port <n>', 'port to listen on, 0: any that is free')
        .argParser(wholeNumber(0))
        .default(8787),
    )
    .addOption(
      new Option('--token <token>', 'bearer token of writing requests; without one they are refused').env(
        'KLINEMILL_TOKEN',
      ),
    );
}

/** Serves and says where. The server is loaded by who serves only. */
export async function serveWarehouse(
  warehouse: Warehouse,
  options: CommonOptions & ServingOptions,
): Promise<void> {
  const { serveUntilInterrupted } = await import('../serving.js');
  return serveUntilInterrupted(warehouse, options, async ({ url, writes }) => {
    const document = { warehouse: warehouse.url, url, writes };
    await print<typeof SERVE_OUTPUT>(options, document, () =>
      [
        `${warehouse.url} is served at ${url} (Ctrl-C ends it)`,
        `  ${url}/      dashboard`,
        `  ${url}/docs  API; ${writes ? 'writes need the token' : 'read only: writes need --token'}`,
      ].join('\n'),
    );
  });
}
