import { whichVersions } from '../reads/versions.js';
import type { Warehouse } from '../warehouse.js';
import type { AnalyticsFilter } from './filter.js';
import { Sample } from './sample.js';
import { SampleShelf } from './sample-shelf.js';

/** Where readers have their samples from: a warehouse makes one for each of them, a shelf lends those that it keeps. */
export type SampleSource = Warehouse | SampleShelf;

/** Runs `work` on the sample of every strategy version that the filter names, each in a snapshot of its own. */
export async function forEachSample<T>(
  source: SampleSource,
  filter: AnalyticsFilter,
  withRegimes: boolean,
  work: (sample: Sample) => Promise<T>,
): Promise<T[]> {
  const isShelf = source instanceof SampleShelf;
  const warehouse = isShelf ? source.warehouse : source;
  const found: T[] = [];
  for (const record of whichVersions(await warehouse.strategies(), filter.strategy))
    found.push(
      isShelf
        ? await source.lend(record, filter, withRegimes, work)
        : await warehouse.analyse(async (session) =>
            work(await Sample.open(session, record, filter, withRegimes)),
          ),
    );
  return found;
}
