import type { StrategyDocument, TierDocument } from '../../warehouse/index.js';
import { LOOKAHEAD_FORMS, parseLookahead } from './lookahead.js';
import type { Problems } from './problems.js';

const SIDE_KEYS = ['buy', 'sell'] as const;
const TIER_KEYS = ['weak', 'strong'] as const;

/** The part `risk`, with defaults. */
export function checkRisk(value: unknown, problems: Problems): StrategyDocument['risk'] {
  const raw = problems.mapping(value, 'risk', ['entry', 'fee_bps', 'slippage_bps', ...SIDE_KEYS]);
  const cost = (key: string): number =>
    problems.number(raw[key], `risk.${key}`, 'a finite number from 0', (n) => n >= 0);
  return {
    entry: problems.oneOf(raw.entry, 'risk.entry', ['next_open', 'close'], 'next_open'),
    fee_bps: cost('fee_bps'),
    slippage_bps: cost('slippage_bps'),
    buy: checkSide(raw.buy, 'risk.buy', problems),
    sell: checkSide(raw.sell, 'risk.sell', problems),
  };
}

function checkSide(value: unknown, path: string, problems: Problems): StrategyDocument['risk']['buy'] {
  const raw = problems.mapping(value, path, TIER_KEYS);
  const weak = checkTier(raw.weak, `${path}.weak`, problems);
  const strong = checkTier(raw.strong, `${path}.strong`, problems);
  for (const key of ['tp_pct', 'sl_pct'] as const)
    if (strong[key] < weak[key])
      problems.add(`${path}.strong.${key}`, strong[key], `at least that of weak, ${weak[key]}`);
  checkLookaheads(weak.lookahead, strong.lookahead, `${path}.strong.lookahead`, problems);
  return { weak, strong };
}

function checkTier(value: unknown, path: string, problems: Problems): TierDocument {
  const raw = problems.mapping(value, path, ['tp_pct', 'sl_pct', 'lookahead']);
  const percent = (key: string): number =>
    problems.number(raw[key], `${path}.${key}`, 'a finite number above 0, in percent', (n) => n > 0);
  return {
    tp_pct: percent('tp_pct'),
    sl_pct: percent('sl_pct'),
    lookahead: problems.text(
      raw.lookahead,
      `${path}.lookahead`,
      LOOKAHEAD_FORMS,
      (text) => parseLookahead(text) !== null,
    ),
  };
}

function checkLookaheads(weakText: string, strongText: string, path: string, problems: Problems): void {
  const weak = parseLookahead(weakText);
  const strong = parseLookahead(strongText);
  if (weak === null || strong === null) return;
  if (weak.kind === 'bars' ? strong.kind !== 'bars' : strong.kind !== 'duration')
    problems.add(path, strongText, `the same kind as that of weak, ${weakText}: both a time or both BAR`);
  else if (size(strong) < size(weak)) problems.add(path, strongText, `at least that of weak, ${weakText}`);
}

const size = (lookahead: NonNullable<ReturnType<typeof parseLookahead>>): number =>
  lookahead.kind === 'bars' ? lookahead.bars : lookahead.ms;

/** Each tier of a document with the path of its field. */
export function tiers(risk: StrategyDocument['risk']): { path: string; tier: TierDocument }[] {
  return SIDE_KEYS.flatMap((side) =>
    TIER_KEYS.map((name) => ({ path: `risk.${side}.${name}`, tier: risk[side][name] })),
  );
}
