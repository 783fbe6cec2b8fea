import { UserError } from '../errors.js';
import { partitionOf, type SourcePartition } from './file-name.js';
import { zipEntryName } from './zip.js';

/**
 * Symbol and interval of the file at `path`: as given, or from its name, or for a zip from the name of the file in it.
 *
 * @throws UserError when neither says it, or the names of a zip and of the file in it say two things
 */
export async function partitionOfFile(
  path: string,
  given: { readonly symbol?: string | undefined; readonly interval?: string | undefined },
): Promise<SourcePartition> {
  // A file that cannot be opened says so when it is read.
  const inner = /\.zip$/i.test(path) ? await zipEntryName(path).catch(() => null) : null;
  if (inner === null) return partitionOf(path, given);
  const within = partitionOrNull(inner, given);
  const outer = partitionOrNull(path, given);
  if (within === null || outer === null) return within ?? outer ?? partitionOf(path, given);
  if (within.symbol !== outer.symbol || within.interval !== outer.interval)
    throw new UserError(
      `load: the zip '${path}' is named for ${nameOf(outer)} and holds '${inner}', which is ${nameOf(within)}; say which by --symbol and --interval`,
    );
  return outer;
}

const nameOf = ({ symbol, interval }: SourcePartition): string => `${symbol} ${interval}`;

function partitionOrNull(name: string, given: Parameters<typeof partitionOf>[1]): SourcePartition | null {
  try {
    return partitionOf(name, given);
  } catch {
    return null;
  }
}
