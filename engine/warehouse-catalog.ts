import { CATALOG } from '../kernels/index.js';
import type { Catalog } from '../warehouse/index.js';
import { INTERVALS } from './interval.js';
import { PROGRAM } from './program.js';

/** What the warehouse must know of codes and intervals to migrate, as data. */
export function warehouseCatalog(): Catalog {
  const codes = CATALOG.flatMap(({ kernel, params, codes: specs }) =>
    specs.flatMap((spec) =>
      spec === null
        ? []
        : [
            {
              ...spec,
              kernel: kernel.name,
              version: kernel.version,
              params,
              lookback: PROGRAM.lookback.get(spec.code)!,
            },
          ],
    ),
  );
  return { codes: codes.sort((a, b) => a.number - b.number), intervals: INTERVALS };
}
