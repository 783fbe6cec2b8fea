import {
  CONDITIONS,
  DIRECTIONS,
  type Direction,
  GROUPS,
  resolveThresholds,
  SIDES,
  WINDOW_UNITS,
  type WindowUnit,
} from '../../kernels/index.js';
import type { MetricDocument } from '../../warehouse/index.js';
import { join, type Problems } from './problems.js';

const KEYS = [
  'code',
  'name',
  'description',
  'side',
  'group',
  'indicator',
  'reference',
  'direction',
  'start',
  'end',
  'window',
  'weight',
  'active',
];

/** How the items of mining that are not metrics begin (SPEC 8): a metric of such a name could not be told from them. */
const MINING_ITEMS = [
  'TREND_UP',
  'TREND_DOWN',
  'MOMENTUM_POS',
  'MOMENTUM_NEG',
  'VOLATILITY_HIGH',
  'VOLATILITY_LOW',
  'EDGE_STRONG',
  'EDGE_WEAK',
  'ACTION_',
  'SYMBOL_',
  'INTERVAL_',
];
const CODE_FORM = `1 to 64 letters, digits, '_', '-' and '.', not beginning like an item of mining (${MINING_ITEMS.join(', ')})`;

/** Most bars, minutes, hours or days of a window. */
const LONGEST_WINDOW = 1_000_000;
const WINDOW_FORM = `N UNIT, N a whole number from 1 to ${LONGEST_WINDOW}, UNIT one of ${WINDOW_UNITS.join(', ')}`;

/** The metric at `path`, with defaults; what is wrong goes to `problems`. @param codes allowed indicators */
export function checkMetric(
  value: unknown,
  path: string,
  codes: readonly string[],
  problems: Problems,
): MetricDocument {
  const raw = problems.mapping(value, path, KEYS);
  const at = (key: string): string => join(path, key);
  const isCode = (text: string): boolean =>
    /^[A-Za-z0-9_.-]{1,64}$/.test(text) && !MINING_ITEMS.some((item) => text.startsWith(item));
  const isAny = (): boolean => true;
  const code = problems.text(raw.code, at('code'), CODE_FORM, isCode);
  const metric: MetricDocument = {
    code,
    name: problems.text(raw.name, at('name'), 'text', isAny, code),
    description: problems.text(raw.description, at('description'), 'text', isAny, ''),
    side: problems.oneOf(raw.side, at('side'), SIDES),
    group: problems.oneOf(raw.group, at('group'), GROUPS),
    indicator: problems.oneOf(raw.indicator, at('indicator'), codes),
    reference: isAbsent(raw.reference) ? null : problems.oneOf(raw.reference, at('reference'), codes),
    direction: problems.oneOf(raw.direction, at('direction'), DIRECTIONS),
    start: isAbsent(raw.start) ? null : problems.number(raw.start, at('start'), 'a finite number', isAny),
    end: isAbsent(raw.end) ? null : problems.number(raw.end, at('end'), 'a finite number', isAny),
    window: checkWindow(raw.window, at('window'), problems),
    weight: problems.number(raw.weight, at('weight'), 'a finite number above 0', (weight) => weight > 0),
    active: checkFlag(raw.active, at('active'), problems),
  };
  checkThresholds(metric, path, problems);
  return metric;
}

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

function checkFlag(value: unknown, path: string, problems: Problems): boolean {
  if (isAbsent(value)) return true;
  if (typeof value !== 'boolean') problems.add(path, value, 'true or false');
  return value === true;
}

function checkWindow(value: unknown, path: string, problems: Problems): MetricDocument['window'] {
  if (isAbsent(value)) return null;
  const match = typeof value === 'string' ? /^([1-9]\d{0,6}) ([A-Z]+)$/.exec(value) : null;
  const size = Number(match?.[1]);
  const unit = match?.[2] as WindowUnit;
  if (WINDOW_UNITS.includes(unit) && size <= LONGEST_WINDOW) return { size, unit };
  problems.add(path, value, WINDOW_FORM);
  return null;
}

/** Reference and thresholds against SPEC 4, each wrong field once. */
function checkThresholds(metric: MetricDocument, path: string, problems: Problems): void {
  const condition = CONDITIONS.get(metric.direction as Direction);
  // Unknown directions and things that are no numbers are reported already.
  if (condition === undefined || Number.isNaN(metric.start) || Number.isNaN(metric.end)) return;
  let { start, end, reference } = metric;
  const reported = new Set<string>();
  for (;;) {
    const resolved = resolveThresholds(condition, reference !== null, start, end);
    if (!('error' in resolved) || reported.has(resolved.field)) return;
    const { field, error } = resolved;
    reported.add(field);
    // resolveThresholds names the first wrong field; go on as if that one were right.
    const [what, allowed = ''] = error.split('; allowed: ');
    problems.add(join(path, field), metric[field] ?? undefined, `${allowed} (${what})`);
    if (field === 'reference') reference = null;
    else if (field === 'start') start = condition.start === 'refused' ? null : (start ?? end ?? 0);
    else end = condition.end === 'refused' ? null : (end ?? start ?? 0);
  }
}
