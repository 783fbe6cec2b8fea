import { parseDocument } from 'yaml';
import { KLINE_CODES } from '../../kernels/index.js';
import type { StrategyDocument } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import { durationOf, INTERVAL_NAMES } from '../interval.js';
import { PROGRAM } from '../program.js';
import { isSymbol, SYMBOL_FORM } from '../symbol.js';
import { contentHash } from './canonical.js';
import { checkMetric } from './check-metric.js';
import { checkRisk, tiers } from './check-risk.js';
import { checkScoring } from './check-scoring.js';
import { lookaheadMs, parseLookahead } from './lookahead.js';
import { Problems } from './problems.js';

const KEYS = ['strategy', 'description', 'symbols', 'intervals', 'scoring', 'risk', 'metrics'];
const NAME_FORM = "1 to 64 letters, digits, '_', '-' and '.', the first a letter or digit";
/** Facts keep metrics as bits of a word. */
const MOST_METRICS = 62;
const LONGEST_TEXT = 1 << 20;
/** Aliases that a document may resolve in all: enough to share tiers, too few for a bomb. */
const MOST_ALIASES = 100;

export interface ParsedStrategy {
  /** Checked, with every default; symbols and intervals, whose order means nothing, sorted. */
  readonly document: StrategyDocument;
  readonly contentHash: string;
  /** What is allowed but probably not meant, one line each. */
  readonly warnings: readonly string[];
}

/**
 * Reads a strategy document (SPEC 10), YAML or JSON.
 *
 * @param codes indicator codes that exist; the kline columns are always allowed
 * @throws UserError that lists everything that is wrong: path of the field, value, what is allowed
 */
export function parseStrategy(text: string, codes: readonly string[] = PROGRAM.codes): ParsedStrategy {
  const problems = new Problems();
  const document = checkDocument(readYaml(text), [...codes, ...KLINE_CODES], problems);
  problems.throwIfAny(document.strategy === '' ? 'strategy' : `strategy '${document.strategy}'`);
  return { document, contentHash: contentHash(document), warnings: warningsOf(document) };
}

function readYaml(text: string): unknown {
  if (text.length > LONGEST_TEXT)
    throw new UserError(`strategy: the document has ${text.length} characters; allowed: ${LONGEST_TEXT}`);
  const yaml = parseDocument(text, { uniqueKeys: true, stringKeys: true });
  const fault = yaml.errors[0] ?? yaml.warnings[0];
  if (fault !== undefined)
    throw new UserError(`strategy: not one YAML document: ${firstLine(fault.message)}`);
  try {
    return yaml.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    throw new UserError(`strategy: not a usable YAML document: ${firstLine((error as Error).message)}`);
  }
}

const firstLine = (message: string): string => message.split('\n')[0]!.replace(/:$/, '');

function checkDocument(value: unknown, codes: readonly string[], problems: Problems): StrategyDocument {
  const raw = problems.mapping(value, '', KEYS);
  return {
    strategy: problems.text(raw.strategy, 'strategy', NAME_FORM, (name) =>
      /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name),
    ),
    description: problems.text(raw.description, 'description', 'text', () => true, ''),
    symbols: checkNames(raw.symbols, 'symbols', SYMBOL_FORM, isSymbol, problems).sort(),
    intervals: checkNames(
      raw.intervals,
      'intervals',
      `one of ${INTERVAL_NAMES.join(', ')}`,
      (name) => INTERVAL_NAMES.includes(name),
      problems,
    ).sort((a, b) => INTERVAL_NAMES.indexOf(a) - INTERVAL_NAMES.indexOf(b)),
    scoring: checkScoring(raw.scoring, problems),
    risk: checkRisk(raw.risk, problems),
    metrics: checkMetrics(raw.metrics, codes, problems),
  };
}

/** A list of different names; absent: empty, which means all. */
function checkNames(
  value: unknown,
  path: string,
  allowed: string,
  accepts: (name: string) => boolean,
  problems: Problems,
): string[] {
  if (value === undefined || value === null) return [];
  const names: string[] = [];
  for (const [i, item] of problems.list(value, path, `a list, each item ${allowed}`).entries()) {
    const name = problems.text(item, `${path}[${i}]`, allowed, accepts);
    if (name !== '' && names.includes(name)) problems.add(`${path}[${i}]`, name, 'every name once');
    else if (name !== '') names.push(name);
  }
  return names;
}

function checkMetrics(
  value: unknown,
  codes: readonly string[],
  problems: Problems,
): StrategyDocument['metrics'] {
  const allowed = `a list of 1 to ${MOST_METRICS} metrics`;
  const items = problems.list(value, 'metrics', allowed);
  if (Array.isArray(value) && (items.length === 0 || items.length > MOST_METRICS))
    problems.add('metrics', `${items.length} metrics`, allowed);
  const firstAt = new Map<string, number>();
  return items.map((item, i) => {
    const metric = checkMetric(item, `metrics[${i}]`, codes, problems);
    const first = firstAt.get(metric.code);
    if (metric.code === '') return metric;
    if (first === undefined) firstAt.set(metric.code, i);
    else problems.add(`metrics[${i}].code`, metric.code, `every code once (it is that of metrics[${first}])`);
    return metric;
  });
}

function warningsOf({ risk, intervals, metrics }: StrategyDocument): string[] {
  const warnings: string[] = [];
  const costPct = (2 * (risk.fee_bps + risk.slippage_bps)) / 100;
  for (const { path, tier } of tiers(risk)) {
    if (tier.tp_pct <= costPct)
      warnings.push(
        `${path}.tp_pct: ${tier.tp_pct} does not exceed the cost of a round trip, ${costPct} percent`,
      );
    if (parseLookahead(tier.lookahead)?.kind !== 'duration') continue;
    const longer = intervals.filter((interval) => durationOf(interval) > lookaheadMs(tier.lookahead, 0));
    if (longer.length > 0)
      warnings.push(
        `${path}.lookahead: ${tier.lookahead} is shorter than ${longer.join(', ')}; the strategy does not apply there`,
      );
  }
  if (!metrics.some(({ active, side }) => active && side !== 'FILTER'))
    warnings.push('metrics: no active BUY or SELL metric; the strategy never acts');
  return warnings;
}
