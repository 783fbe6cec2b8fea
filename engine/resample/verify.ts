import {
  KLINE_COLUMNS,
  type PartitionKey,
  type ResampleHead,
  type Warehouse,
} from '../../warehouse/index.js';
import { durationOf } from '../interval.js';
import { CLOSE_TIME, deriveBars, readStanding } from './buckets.js';

/** A derived bar that is not what its bars make of it. */
export interface DerivedProblem extends PartitionKey {
  readonly at: number;
  readonly message: string;
}

/**
 * Derives the bars of one derivation again and compares those that stand, bit for bit: values, how many bars they were
 * made of, and that no complete bucket is without one. The first problem is enough. Bars whose source was forgotten
 * since cannot be made again and are left out, as are loaded ones. Writes nothing.
 *
 * @param head of a derivation that is up to date
 * @param sourceEnd close time of the source's last bar
 */
export async function verifyDerived(
  warehouse: Warehouse,
  { symbol, interval, source }: ResampleHead,
  sourceEnd: number,
  onBars?: (bars: number) => void,
): Promise<DerivedProblem | null> {
  const key = { symbol, interval };
  const sourceMs = durationOf(source);
  const expected = durationOf(interval) / sourceMs;
  const bars = deriveBars(
    {
      warehouse,
      key: { symbol, interval: source },
      target: interval,
      marks: warehouse,
      onSource: (_, rows) => onBars?.(rows),
    },
    { to: sourceEnd + 1 },
  );
  for await (const { columns, bars: counts, rows } of bars) {
    if (rows === 0) continue;
    const times = columns[CLOSE_TIME]!;
    const standing = await readStanding(warehouse, key, { from: times[0]!, to: times[rows - 1]! + 1 });
    for (let row = 0; row < rows; row++) {
      const at = times[row]!;
      const count = counts[row]!;
      const problem = (message: string): DerivedProblem => ({ ...key, at, message });
      const bar = standing.at(at);
      if (bar === null) {
        if (count === expected) return problem(`no bar stands, derived from ${source} there is one`);
        continue;
      }
      if (bar.made === null || bar.made.durationMs !== sourceMs || bar.made.bars > count) continue;
      if (bar.made.bars < count)
        return problem(`it was made of ${bar.made.bars} bars of ${source}, and there are ${count}`);
      const column = columns.findIndex((own, c) => !Object.is(own[row], bar.row.columns[c]![bar.row.row]));
      if (column >= 0)
        return problem(
          `${KLINE_COLUMNS[column]!.name} is ${bar.row.columns[column]![bar.row.row]}, derived from ${source} ${columns[column]![row]}`,
        );
    }
  }
  return null;
}
