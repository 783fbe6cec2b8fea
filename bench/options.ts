import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly isQuick: boolean;
  /** Cases and groups whose name contains one of them; none: all. */
  readonly filters: readonly string[];
  /** Where the results go as JSON, too. */
  readonly json: string | null;
  /** Results of an earlier run, as `--json` wrote them, to compare with. */
  readonly compare: string | null;
}

export const USAGE = 'npm run bench -- [--quick] [--filter NAME]... [--json FILE] [--compare OLD.json]';

/** @throws Error that names the option and what is allowed */
export function parseOptions(args: readonly string[]): BenchOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        filter: { type: 'string', multiple: true },
        json: { type: 'string' },
        compare: { type: 'string' },
      },
    });
    return {
      isQuick: values.quick ?? false,
      filters: values.filter ?? [],
      json: values.json ?? null,
      compare: values.compare ?? null,
    };
  } catch (error) {
    throw new Error(`bench: ${(error as Error).message.split('.')[0]}; use ${USAGE}`);
  }
}
