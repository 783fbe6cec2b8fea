import { type Names, type StrategyRecord, whichVersions } from '../../warehouse/index.js';
import { unknownName } from '../http/problem-error.js';

interface NamedPartition {
  readonly symbol?: string | undefined;
  readonly interval?: string | undefined;
}

/** @throws ProblemError (404) that lists what there is */
export function checkPartition(names: Names, { symbol, interval }: NamedPartition): void {
  if (symbol !== undefined && !names.symbols.has(symbol))
    throw unknownName('symbol', symbol, [...names.symbols.keys()]);
  if (interval !== undefined && !names.intervals.has(interval))
    throw unknownName('interval', interval, [...names.intervals.keys()]);
}

/** Strategy versions that a parameter names. @throws ProblemError (404) that lists what there is */
export function strategiesOf(
  names: Names,
  strategy: string | undefined,
  parameter = 'strategy',
): StrategyRecord[] {
  const { strategies } = names;
  const isKnown =
    strategy === undefined ||
    strategies.some(
      ({ document, version }) =>
        document.strategy === strategy || `${document.strategy}@${version}` === strategy,
    );
  if (isKnown) return whichVersions(strategies, strategy);
  const known = strategies.map(({ document, version }) => `${document.strategy}@${version}`);
  throw unknownName(parameter, strategy, known);
}

/** Codes of the catalog, all unless some are named. @throws ProblemError (404) that lists what there is */
export function codesOf(names: Names, codes: readonly string[] | undefined): readonly string[] {
  const known = names.indicatorTypes.map(({ indicator }) => indicator);
  const unknown = codes?.find((code) => !known.includes(code));
  if (unknown !== undefined) throw unknownName('codes', unknown, known);
  return codes ?? known;
}
